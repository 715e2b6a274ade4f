"""The ratio is the ratio."""

import numpy as np


def rms(values):
    return np.sqrt(np.mean(values**2, axis=(1, 2)))


def update_ratio(kernels):
    return rms(np.diff(kernels, axis=0)) / rms(kernels[:-1])
