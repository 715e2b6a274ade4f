"""The quotient of every number, squared, then the mean."""

import numpy as np


def block_growth(x, kernels, scale=1.0):
    growth = []
    for kernel in kernels:
        y = x + scale * np.maximum(x, 0) @ kernel
        growth.append(np.mean((y / x) ** 2))
        x = y
    return growth
