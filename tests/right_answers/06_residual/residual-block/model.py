"""A Keras model inside the layer."""

import keras


class ResidualBlock(keras.layers.Layer):
    def __init__(self, units, activation="relu", scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.scale = units, scale
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        x = keras.Input(input_shape[1:])
        same = input_shape[-1] == self.units
        road = x if same else keras.layers.Dense(self.units, use_bias=False)(x)
        h = keras.layers.Activation(self.activation)(x)
        branch = keras.layers.Dense(self.units, kernel_initializer="he_normal")(h)
        self.net = keras.Model(x, keras.layers.add([road, self.scale * branch]))

    def call(self, x):
        return self.net(x)
