"""The functional way, seeds from a SeedSequence."""

import keras
import numpy as np


def make_mlp(depth, width, activation, initializer, seed):
    seeds = [int(s) for s in np.random.SeedSequence(seed).generate_state(depth + 1) // 2]
    x = inputs = keras.Input((2,))
    for one in seeds[:-1]:
        x = keras.layers.Dense(width, activation, kernel_initializer=initializer(one))(x)
    output = keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer(seeds[-1]))(x)
    return keras.Model(inputs, output)
