"""A layer is a kernel."""

import numpy as np


def unit_scale(kernels, phi, X):
    h, scaled = X, []
    for kernel in kernels:
        new = kernel / np.sqrt(np.mean((h @ kernel) ** 2))
        scaled.append(new)
        h = h @ new
    return scaled
