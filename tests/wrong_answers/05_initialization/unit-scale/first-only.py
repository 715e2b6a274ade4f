import numpy as np


def rms(values):
    return np.sqrt(np.mean(np.asarray(values, float) ** 2))


def unit_scale(kernels, phi, X):
    return [kernels[0] / rms(X @ kernels[0]), *kernels[1:]]
