"""All weights at once, with NumPy's old generator."""

import numpy as np


def break_symmetry(model, seed):
    rng = np.random.RandomState(seed)
    weights = model.get_weights()
    for i in range(2, len(weights), 4):
        weights[i] = 0.5 * rng.standard_normal(weights[i].shape)
    model.set_weights(weights)
