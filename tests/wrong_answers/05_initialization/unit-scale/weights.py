"""A kernel of rms 1."""

import numpy as np


def unit_scale(kernels, phi, X):
    scaled, h = [], X
    for kernel in kernels:
        h @ kernel
        scaled.append(kernel / np.sqrt(np.mean(kernel**2)))
        h = phi(h @ scaled[-1])
    return scaled
