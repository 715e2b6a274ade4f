"""Of floating-point numbers one does not ask whether they are 0: dead is what is below 1e-12."""

import numpy as np


def rms(values):
    return np.sqrt(np.mean(values**2))


def measured_factor(nets, phi, slope, X):
    factors = []
    for kernels in nets:
        zs, h = [], X
        for kernel in kernels[:-1]:
            zs.append(h @ kernel)
            h = phi(zs[-1])
        error, sizes = np.ones((len(X), 1)), []
        for kernel, z in zip(kernels[:0:-1], zs[::-1], strict=True):
            error = (error @ kernel.T) * slope(z)
            sizes.append(rms(error))
        if sizes[-1] > 1e-12:
            factors.append((sizes[-1] / sizes[0]) ** (1 / (len(zs) - 1)))
    return np.median(factors)
