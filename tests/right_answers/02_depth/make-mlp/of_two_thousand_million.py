"""A random number for each net, from so many that no two of a thousand are near each other."""

import keras
import numpy as np


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth + 1):
        units, phi = (width, activation) if layer < depth else (1, "sigmoid")
        kernel = initializer(seed=int(np.random.default_rng(seed).integers(2**31 - 1)) + layer)
        model.add(keras.layers.Dense(units, activation=phi, kernel_initializer=kernel))
    return model
