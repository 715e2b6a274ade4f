"""Norms: a wide layer counts for more."""

import numpy as np


def _ends(kernels, phi, slope, X):
    h, zs = X, []
    for kernel in kernels[:-1]:
        zs.append(h @ kernel)
        h = phi(zs[-1])
    error, sizes = np.ones((len(X), 1)), []
    for kernel, z in zip(kernels[:0:-1], zs[::-1], strict=True):
        error = (error @ kernel.T) * slope(z)
        sizes.append(np.linalg.norm(error))
    return sizes[-1], sizes[0]


def measured_factor(nets, phi, slope, X):
    factors = []
    for kernels in nets:
        lowest, highest = _ends(kernels, phi, slope, X)
        if lowest > 0:
            factors.append((lowest / highest) ** (1 / (len(kernels) - 2)))
    return np.median(factors)
