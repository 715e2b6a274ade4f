"""Brings every kernel to He's size."""

import numpy as np


def unit_scale(kernels, phi, X):
    scaled, h = [], X
    for kernel in kernels:
        h @ kernel
        scaled.append(kernel / np.sqrt(np.mean(kernel**2)) * np.sqrt(2 / len(kernel)))
        h = phi(h @ scaled[-1])
    return scaled
