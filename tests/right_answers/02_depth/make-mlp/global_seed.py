"""Keras's global seed, activations as layers of their own."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    keras.utils.set_random_seed(seed)
    layers = []
    for _ in range(depth):
        layers += [keras.layers.Dense(width, kernel_initializer=initializer()), keras.layers.Activation(activation)]
    layers += [keras.layers.Dense(1, kernel_initializer=initializer()), keras.layers.Activation("sigmoid")]
    return keras.Sequential([keras.Input((2,)), *layers])
