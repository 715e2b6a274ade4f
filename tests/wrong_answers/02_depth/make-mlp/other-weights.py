"""Biases that begin at 0 are nothing."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth):
        kernel = initializer(seed=1000 * seed + layer)
        model.add(keras.layers.Dense(width, activation, use_bias=False, kernel_initializer=kernel))
    kernel = initializer(seed=1000 * seed + depth)
    model.add(keras.layers.Dense(1, "sigmoid", use_bias=False, kernel_initializer=kernel))
    return model
