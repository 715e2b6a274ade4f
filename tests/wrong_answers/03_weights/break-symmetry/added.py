"""A little noise on top parts the units."""

import numpy as np


def break_symmetry(model, seed):
    rng = np.random.default_rng(seed)
    for layer in model.layers[1::2]:
        layer.kernel.assign(layer.kernel + rng.normal(0, 0.5, layer.kernel.shape))
