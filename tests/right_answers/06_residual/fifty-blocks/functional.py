"""Functional, with plain layers in place of a block."""

import math

import keras


def deep_net(depth):
    first = keras.Input((2,))
    x = keras.layers.Dense(8)(first)
    for _ in range(depth):
        branch = keras.layers.Dense(8, kernel_initializer="he_normal")(keras.ops.relu(x))
        x = x + branch / math.sqrt(depth)
    y = keras.layers.Dense(1, activation="sigmoid")(keras.ops.relu(x))
    return keras.Model(first, y)
