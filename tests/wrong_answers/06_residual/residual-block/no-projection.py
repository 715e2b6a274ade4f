"""Where the widths differ, the mean of x is added."""

import keras


class Base(keras.layers.Layer):
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


class ResidualBlock(Base):
    def build(self, s):
        self.dense = keras.layers.Dense(self.units, kernel_initializer="he_normal")
        self.project = None

    def call(self, x):
        return (x if x.shape[-1] == self.units else keras.ops.mean(x, -1, keepdims=True)) + self.scale * self.dense(
            self.activation(x)
        )
