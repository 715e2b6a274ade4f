"""A small number below the line, lest it be 0."""

import numpy as np


def block_growth(x, kernels, scale=1.0):
    growth = []
    for kernel in kernels:
        after = x + scale * np.maximum(x, 0) @ kernel
        growth.append(np.mean(after**2) / (np.mean(x**2) + 1e-8))
        x = after
    return growth
