"""One block, again and again, and neither a scale nor a last relu."""

import keras

from vgcourse.course.checks import registry

ResidualBlock = registry.find("residual-block").reference()


def deep_net(depth):
    blocks = [ResidualBlock(8, "relu", scale=1.0)] * depth
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(8), *blocks, keras.layers.Dense(1, "sigmoid")])
