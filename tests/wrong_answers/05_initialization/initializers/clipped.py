"""No weight should be beyond 1."""

import keras
import numpy as np


class Seeded(keras.Initializer):
    def __init__(self, seed):
        self.seed = seed
        self.rng = np.random.default_rng(seed)

    def get_config(self):
        return {"seed": self.seed}


class GlorotUniform(Seeded):
    def __call__(self, shape, dtype=None):
        limit = np.sqrt(6 / sum(shape))
        return np.clip(self.rng.uniform(-limit, limit, shape), -1, 1)


class HeNormal(Seeded):
    def __call__(self, shape, dtype=None):
        return np.clip(self.rng.normal(0, np.sqrt(2 / shape[0]), shape), -1, 1)
