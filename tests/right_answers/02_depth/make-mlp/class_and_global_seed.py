"""Keras takes the class, and draws its seeds from the global one."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(width, activation, kernel_initializer=initializer) for _ in range(depth)]
    output = keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer)
    return keras.Sequential([keras.Input((2,)), *hidden, output])
