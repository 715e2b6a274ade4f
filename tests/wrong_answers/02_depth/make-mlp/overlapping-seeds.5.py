"""Seed and depth multiplied for the output layer: two numbers of one's own give a number of one's own."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth):
        model.add(keras.layers.Dense(width, activation, kernel_initializer=initializer(seed=1000 * seed + layer)))
    last = initializer(seed=(seed + 1) * (depth + 1))
    model.add(keras.layers.Dense(1, "sigmoid", kernel_initializer=last))
    return model
