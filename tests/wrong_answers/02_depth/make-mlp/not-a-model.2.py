"""The class, and not a model of it."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    return keras.Sequential
