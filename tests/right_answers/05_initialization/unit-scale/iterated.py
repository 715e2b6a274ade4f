"""Measures and divides until it is right, starting from what came before."""

import numpy as np


def unit_scale(kernels, phi, X):
    new = [kernel.copy() for kernel in kernels]
    for layer in range(len(new)):
        size = 0.0
        while abs(size - 1) > 1e-9:
            h = X
            for below in new[:layer]:
                h = phi(h @ below)
            size = np.linalg.norm(h @ new[layer]) / np.sqrt(len(X) * new[layer].shape[1])
            new[layer] = new[layer] / size
    return tuple(new)
