"""The mean error of a layer is its size."""

import numpy as np


def measured_factor(nets, phi, slope, X):
    factors = []
    for kernels in nets:
        h, zs, sizes = X, [], []
        for kernel in kernels[:-1]:
            zs.append(h @ kernel)
            h = phi(zs[-1])
        error = np.ones((len(X), 1))
        for kernel, z in zip(kernels[:0:-1], zs[::-1], strict=True):
            error = (error @ kernel.T) * slope(z)
            sizes.append(abs(np.mean(error)))
        if sizes[-1] > 0:
            factors.append((sizes[-1] / sizes[0]) ** (1 / (len(zs) - 1)))
    return np.median(factors)
