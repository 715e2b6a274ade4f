"""relu in front in place of behind."""

import keras

from vgcourse.course.checks import registry

ResidualBlock = registry.find("residual-block").reference()


def deep_net(depth):
    blocks = [ResidualBlock(8, "relu", scale=depth**-0.5) for i in range(depth)]
    end = [keras.layers.Dense(1, activation="sigmoid")]
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(8, activation="relu"), *blocks, *end])
