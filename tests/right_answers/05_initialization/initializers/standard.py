"""Draws of variance 1, scaled."""

import keras
import numpy as np


class Seeded(keras.Initializer):
    def __init__(self, seed):
        self.seed = seed
        self.rng = np.random.default_rng(seed)


class GlorotUniform(Seeded):
    def __call__(self, shape, dtype=None):
        sd = np.sqrt(2 / sum(shape))
        return (2 * self.rng.random(shape) - 1) * sd * 3**0.5


class HeNormal(Seeded):
    def __call__(self, shape, dtype=None):
        return self.rng.standard_normal(shape).astype("float32") * (2 / shape[0]) ** 0.5
