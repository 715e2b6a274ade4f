"""All nets in one array, which asks for nets of one shape."""

import numpy as np


def _ends(kernels, phi, slope, X):
    h, zs = X, []
    for kernel in kernels[:-1]:
        zs.append(h @ kernel)
        h = phi(zs[-1])
    error, sizes = np.ones((len(X), 1)), []
    for kernel, z in zip(kernels[:0:-1], zs[::-1], strict=True):
        error = (error @ kernel.T) * slope(z)
        sizes.append(np.sqrt(np.mean(error**2)))
    return sizes[-1], sizes[0]


def measured_factor(nets, phi, slope, X):
    steps, factors = np.array(nets, dtype=object).shape[1] - 2, []
    for kernels in nets:
        lowest, highest = _ends(kernels, phi, slope, X)
        if lowest > 0:
            factors.append((lowest / highest) ** (1 / steps))
    return np.median(factors)
