"""Kernels made with add_weight, the projection first."""

import keras


class ResidualBlock(keras.layers.Layer):
    def __init__(self, units, activation="relu", scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.scale = units, scale
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        shape = (input_shape[-1], self.units)
        if shape[0] != shape[1]:
            self.road = self.add_weight(shape=shape, initializer="glorot_uniform")
        self.kernel = self.add_weight(shape=shape, initializer="he_normal")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros")

    def call(self, x):
        branch = keras.ops.matmul(self.activation(x), self.kernel) + self.bias
        road = keras.ops.matmul(x, self.road) if x.shape[-1] != self.units else x
        return road + self.scale * branch
