"""A random number for the kernel."""

import numpy as np


def break_symmetry(model, seed):
    rng = np.random.default_rng(seed)
    for layer in model.layers[1::2]:
        layer.kernel.assign(np.full(layer.kernel.shape, rng.normal(0, 0.5)))
