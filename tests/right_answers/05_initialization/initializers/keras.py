"""Keras's random numbers, with a generator that goes on."""

import keras
import numpy as np


class GlorotUniform(keras.Initializer):
    def __init__(self, seed):
        self.generator = keras.random.SeedGenerator(seed)

    def __call__(self, shape, dtype=None):
        limit = float(np.sqrt(3 * 2 / (shape[0] + shape[1])))
        return keras.random.uniform(shape, -limit, limit, seed=self.generator)


class HeNormal(keras.Initializer):
    def __init__(self, seed):
        self.generator = keras.random.SeedGenerator(seed)

    def __call__(self, shape, dtype=None):
        sd = float(np.sqrt(2 / shape[0])) / 0.87962566103423978
        return keras.random.truncated_normal(shape, 0.0, sd, seed=self.generator)
