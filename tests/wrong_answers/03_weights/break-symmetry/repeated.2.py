"""A random column, for all units."""

import numpy as np


def break_symmetry(model, seed):
    rng = np.random.default_rng(seed)
    for layer in model.layers[1::2]:
        column = rng.normal(0, 0.5, (layer.kernel.shape[0], 1))
        layer.kernel.assign(np.repeat(column, layer.units, axis=1))
