"""A block is a layer with its activation at the end."""

import keras


class ResidualBlock(keras.layers.Layer):
    def __init__(self, units, activation="relu", scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.scale = units, scale
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)

    def call(self, x):
        return self.activation(self.dense(x))
