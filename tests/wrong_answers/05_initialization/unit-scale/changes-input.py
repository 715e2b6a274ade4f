"""Divides in place."""

import numpy as np


def unit_scale(kernels, phi, X):
    scaled, h = [], X
    for kernel in kernels:
        z = h @ kernel
        kernel /= np.sqrt(np.mean(z**2))
        scaled.append(kernel)
        h = phi(h @ scaled[-1])
    return scaled
