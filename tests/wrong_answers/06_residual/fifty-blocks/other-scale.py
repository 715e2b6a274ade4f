"""The stem counts as well."""

import keras

from vgcourse.course.checks import registry

ResidualBlock = registry.find("residual-block").reference()


def deep_net(depth):
    blocks = [ResidualBlock(8, "relu", scale=(depth + 1) ** -0.5) for i in range(depth)]
    end = [keras.layers.Activation("relu"), keras.layers.Dense(1, activation="sigmoid")]
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(8), *blocks, *end])
