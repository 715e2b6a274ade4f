"""A random number below a million for each net, of Python's."""

import random

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth + 1):
        units, phi = (width, activation) if layer < depth else (1, "sigmoid")
        kernel = initializer(seed=random.Random(seed).randrange(10**6) + layer)
        model.add(keras.layers.Dense(units, activation=phi, kernel_initializer=kernel))
    return model
