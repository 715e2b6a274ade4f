"""A tensor of float64, whatever Keras asks for."""

import keras
import numpy as np
import tensorflow as tf


class Seeded(keras.Initializer):
    def __init__(self, seed):
        self.seed = seed
        self.rng = np.random.default_rng(seed)

    def get_config(self):
        return {"seed": self.seed}


class GlorotUniform(Seeded):
    def __call__(self, shape, dtype=None):
        limit = np.sqrt(6 / sum(shape))
        return self.rng.uniform(-limit, limit, shape)


class HeNormal(Seeded):
    def __call__(self, shape, dtype=None):
        return tf.constant(self.rng.normal(0, np.sqrt(2 / shape[0]), shape))
