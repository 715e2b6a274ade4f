import numpy as np


def rms(values):
    return np.sqrt(np.mean(np.asarray(values, float) ** 2))


def unit_scale(kernels, phi, X):
    if not len(kernels):
        return []
    new = kernels[0] / rms(X @ kernels[0])
    return [new, *unit_scale(kernels[1:], phi, phi(X @ new))]
