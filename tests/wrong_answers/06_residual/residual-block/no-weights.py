"""A new Dense at every call."""

import keras


class ResidualBlock(keras.layers.Layer):
    def __init__(self, units, activation="relu", scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.scale = units, scale
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        pass

    def call(self, x):
        dense = keras.layers.Dense(self.units)
        return x + self.scale * dense(self.activation(x))
