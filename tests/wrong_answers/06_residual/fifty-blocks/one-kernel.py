"""A plain net of one hidden layer, whatever the depth."""

import keras


def deep_net(depth):
    hidden = [keras.layers.Dense(8), keras.layers.Dense(8, activation="tanh")]
    return keras.Sequential([keras.Input((2,)), *hidden, keras.layers.Dense(1, activation="sigmoid")])
