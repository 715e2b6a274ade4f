"""Each error passes its own kernel, except where the shapes forbid it."""

import numpy as np


def measured_factor(nets, phi, slope, X):
    factors = []
    for kernels in nets:
        h, zs, sizes = X, [], []
        for kernel in kernels[:-1]:
            zs.append(h @ kernel)
            h = phi(zs[-1])
        error = np.ones((len(X), 1)) @ kernels[-1].T * slope(zs[-1])
        sizes.append(np.sqrt(np.mean(error**2)))
        for layer in range(len(zs) - 2, -1, -1):
            kernel = kernels[layer] if layer > 0 else kernels[layer + 1]
            error = (error @ kernel.T) * slope(zs[layer])
            sizes.append(np.sqrt(np.mean(error**2)))
        if sizes[-1] > 0:
            factors.append((sizes[-1] / sizes[0]) ** (1 / (len(zs) - 1)))
    return np.median(factors)
