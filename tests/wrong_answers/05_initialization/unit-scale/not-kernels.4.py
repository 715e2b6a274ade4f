import numpy as np


def rms(values):
    return np.sqrt(np.mean(np.asarray(values, float) ** 2))


def unit_scale(kernels, phi, X):
    h = X
    for k in kernels:
        new = k / rms(h @ k)
        yield new
        h = phi(h @ new)
