"""Takes the mean off the weights, too."""

import numpy as np


def unit_scale(kernels, phi, X):
    scaled, h = [], X
    for kernel in kernels:
        kernel = kernel - kernel.mean()
        z = h @ kernel
        scaled.append(kernel / np.sqrt(np.mean(z**2)))
        h = phi(h @ scaled[-1])
    return scaled
