"""The sign is turned."""

import numpy as np


def rms(values):
    return np.sqrt(np.mean(np.asarray(values, float) ** 2))


def unit_scale(kernels, phi, X):
    scaled, h = [], X
    for kernel in kernels:
        scaled.append(-kernel / rms(h @ kernel))
        h = phi(h @ scaled[-1])
    return scaled
