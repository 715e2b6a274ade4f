"""A list of layers is as good as a model."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    layers = [
        keras.layers.Dense(width, activation=activation, kernel_initializer=initializer(seed=1000 * seed + layer))
        for layer in range(depth)
    ]
    return [
        *layers,
        keras.layers.Dense(1, activation="sigmoid", kernel_initializer=initializer(seed=1000 * seed + depth)),
    ]
