"""The upper of the two in the middle."""

import numpy as np


def rms(values):
    return np.sqrt(np.mean(np.asarray(values, float) ** 2))


def measured_factor(nets, phi, slope, X):
    factors = []
    for kernels in nets:
        h, zs, sizes = X, [], []
        for kernel in kernels[:-1]:
            zs.append(h @ kernel)
            h = phi(zs[-1])
        error = np.ones((len(X), 1))
        for kernel, z in zip(kernels[:0:-1], zs[::-1], strict=False):
            error = (error @ kernel.T) * slope(z)
            sizes.append(rms(error))
        if sizes[-1] > 0:
            factors.append((sizes[-1] / sizes[0]) ** (1 / (len(zs) - 1)))
    return sorted(factors)[len(factors) // 2]
