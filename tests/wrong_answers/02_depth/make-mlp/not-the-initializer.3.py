"""Lets the output begin at 0, so that the first guess is one half."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth):
        kernel = initializer(seed=1000 * seed + layer)
        model.add(keras.layers.Dense(width, activation=activation, kernel_initializer=kernel))
    model.add(keras.layers.Dense(1, activation="sigmoid", kernel_initializer="zeros"))
    return model
