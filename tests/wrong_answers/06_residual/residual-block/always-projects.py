"""The skip has a kernel in any case."""

import keras


class ResidualBlock(keras.layers.Layer):
    def __init__(self, units, activation="relu", scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.scale = units, scale
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.project = keras.layers.Dense(self.units, use_bias=False)

    def call(self, x):
        return self.project(x) + self.scale * self.dense(self.activation(x))
