"""Block by block, as a list."""

import numpy as np


def block_growth(x, kernels, scale=1.0):
    factors = []
    for kernel in kernels:
        after = x + scale * (np.where(x > 0, x, 0) @ kernel)
        factors.append(float((after**2).sum() / (x**2).sum()))
        x = after
    return factors
