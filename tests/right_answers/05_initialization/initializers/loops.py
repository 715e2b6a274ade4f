import keras
import numpy as np


class Seeded(keras.Initializer):
    def __init__(self, seed):
        self.seed = seed
        self.rng = np.random.default_rng(seed)

    def get_config(self):
        return {"seed": self.seed}


def Gl(self, shape, dtype=None):
    a = np.sqrt(6 / (shape[0] + shape[1]))
    return self.rng.uniform(-a, a, shape)


class GlorotUniform(Seeded):
    __call__ = Gl


class HeNormal(Seeded):
    def __call__(self, shape, dtype=None):
        sd = (2 / shape[0]) ** 0.5
        return [[self.rng.normal(0, sd) for _ in range(shape[1])] for _ in range(shape[0])]
