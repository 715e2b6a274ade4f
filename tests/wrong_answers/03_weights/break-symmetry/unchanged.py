"""A kernel is an array that can be written to."""

import numpy as np


def break_symmetry(model, seed):
    rng = np.random.default_rng(seed)
    for layer in model.layers[1::2]:
        kernel = layer.kernel.numpy()
        kernel[:] = rng.normal(0, 0.5, kernel.shape)
