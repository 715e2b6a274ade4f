"""Seeds the random numbers before each block."""

import keras

from vgcourse.course.checks import registry

ResidualBlock = registry.find("residual-block").reference()


def deep_net(depth):
    blocks = []
    for _ in range(depth):
        keras.utils.set_random_seed(1)
        block = ResidualBlock(8, "relu", scale=depth**-0.5)
        block.build((None, 8))
        block(keras.ops.zeros((1, 8)))
        blocks.append(block)
    end = [keras.layers.Activation("relu"), keras.layers.Dense(1, activation="sigmoid")]
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(8), *blocks, *end])
