"""Plain width 5, as in lesson 2."""

import keras

from vgcourse.course.checks import registry

ResidualBlock = registry.find("residual-block").reference()


def deep_net(depth):
    blocks = [ResidualBlock(5, "relu", scale=depth**-0.5) for _ in range(depth)]
    end = [keras.layers.Activation("relu"), keras.layers.Dense(1, activation="sigmoid")]
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(5), *blocks, *end])
