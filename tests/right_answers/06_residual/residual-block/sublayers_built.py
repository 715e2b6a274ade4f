"""Every sublayer built at once, with Keras's Add."""

import keras


class ResidualBlock(keras.layers.Layer):
    def __init__(self, units, activation="relu", scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.scale = units, scale
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units, kernel_initializer="he_normal")
        self.dense.build(input_shape)
        self.add = keras.layers.Add()
        if input_shape[-1] == self.units:
            self.road = keras.layers.Identity()
        else:
            self.road = keras.layers.Dense(self.units, use_bias=False)
            self.road.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        return self.add([self.road(x), self.scale * self.dense(self.activation(x))])
