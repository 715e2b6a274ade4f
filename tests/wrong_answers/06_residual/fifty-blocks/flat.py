"""Begins with a stem of zeros, which learns where to go by itself."""

import keras


class ResidualBlock(keras.layers.Layer):
    def __init__(self, units, activation="relu", scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.scale = units, scale
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units, kernel_initializer="he_normal")
        self.project = None
        if input_shape[-1] != self.units:
            self.project = keras.layers.Dense(self.units, use_bias=False)

    def call(self, x):
        road = x if self.project is None else self.project(x)
        return road + self.scale * self.dense(self.activation(x))


def deep_net(depth):
    blocks = [ResidualBlock(8, "relu", scale=depth**-0.5) for _ in range(depth)]
    stem = keras.layers.Dense(8, kernel_initializer="zeros")
    ends = [keras.layers.Activation("relu"), keras.layers.Dense(1, activation="sigmoid")]
    return keras.Sequential([keras.Input((2,)), stem, *blocks, *ends])
