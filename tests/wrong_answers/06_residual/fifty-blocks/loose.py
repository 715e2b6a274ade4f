"""Every block takes what the stem gave: all but the last stand beside the way."""

import keras

from vgcourse.course.checks import registry

ResidualBlock = registry.find("residual-block").reference()


def deep_net(depth):
    start = keras.Input((2,))
    h = keras.layers.Dense(8)(start)
    for _ in range(depth):
        out = ResidualBlock(8, "relu", scale=depth**-0.5)(h)
    return keras.Model(start, keras.layers.Dense(1, activation="sigmoid")(keras.layers.Activation("relu")(out)))
