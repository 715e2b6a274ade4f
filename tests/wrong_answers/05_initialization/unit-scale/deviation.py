"""The standard deviation is the rms."""

import numpy as np


def unit_scale(kernels, phi, X):
    scaled, h = [], X
    for kernel in kernels:
        z = h @ kernel
        scaled.append(kernel / np.std(z))
        h = phi(h @ scaled[-1])
    return scaled
