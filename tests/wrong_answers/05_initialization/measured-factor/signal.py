"""Follows the signal."""

import numpy as np


def measured_factor(nets, phi, slope, X):
    factors = []
    for kernels in nets:
        h, sizes = X, []
        for kernel in kernels[:-1]:
            z = h @ kernel
            sizes.append(np.sqrt(np.mean(z**2)))
            h = phi(z)
        factors.append((sizes[-1] / sizes[0]) ** (1 / (len(sizes) - 1)))
    return np.median(factors)
