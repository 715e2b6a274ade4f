"""One call, one weight."""

import keras
import numpy as np


class Seeded(keras.Initializer):
    def __init__(self, seed):
        self.seed = seed
        self.rng = np.random.default_rng(seed)


class GlorotUniform(Seeded):
    def __call__(self, shape, dtype=None):
        limit = np.sqrt(6 / sum(shape))
        return self.rng.uniform(-limit, limit)


class HeNormal(Seeded):
    def __call__(self, shape, dtype=None):
        return self.rng.normal(0, np.sqrt(2 / shape[0]))
