"""tanh, as it mostly was in the lesson."""

import numpy as np


def rms(values):
    return np.sqrt(np.mean(np.asarray(values, float) ** 2))


def tanh(z):
    return np.tanh(z)


def unit_scale(kernels, phi, X):
    out, h = ([], X)
    for k in kernels:
        new = k / rms(h @ k)
        out.append(new)
        h = tanh(h @ new)
    return out
