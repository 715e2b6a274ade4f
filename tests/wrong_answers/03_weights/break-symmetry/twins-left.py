"""Randomness at the bottom spreads upwards."""

import numpy as np


def break_symmetry(model, seed):
    rng = np.random.default_rng(seed)
    layer = model.layers[0]
    layer.kernel.assign(rng.normal(0, 0.5, layer.kernel.shape))
