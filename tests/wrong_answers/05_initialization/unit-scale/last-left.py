"""The output is no layer of units."""

import numpy as np


def unit_scale(kernels, phi, X):
    scaled, h = [], X
    for kernel in kernels:
        z = h @ kernel
        scaled.append(kernel / np.sqrt(np.mean(z**2)))
        h = phi(h @ scaled[-1])
    return [*scaled[:-1], kernels[-1]]
