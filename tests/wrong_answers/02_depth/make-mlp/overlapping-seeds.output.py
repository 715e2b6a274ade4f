"""Keeps the hidden layers apart, and forgets the output."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth + 1):
        units, phi = (width, activation) if layer < depth else (1, "sigmoid")
        kernel = initializer(seed=1000 * seed + layer if layer < depth else seed + layer)
        model.add(keras.layers.Dense(units, activation=phi, kernel_initializer=kernel))
    return model
