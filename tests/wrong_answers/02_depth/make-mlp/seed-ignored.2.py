"""Handed the class itself, Keras makes an initializer from it, and that is all it needs."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for _ in range(depth):
        model.add(keras.layers.Dense(width, activation, kernel_initializer=initializer))
    model.add(keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer))
    return model
