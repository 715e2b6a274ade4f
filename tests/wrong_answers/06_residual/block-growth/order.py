"""relu comes behind the kernel, as in any layer."""

import numpy as np


def block_growth(x, kernels, scale=1.0):
    out = []
    for k in kernels:
        y = x + scale * np.maximum(x @ k, 0)
        out.append(np.mean(y**2) / np.mean(x**2))
        x = y
    return out
