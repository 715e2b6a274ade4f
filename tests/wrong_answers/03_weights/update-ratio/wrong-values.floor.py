"""Nothing below a millionth shows in the figure."""

import numpy as np


def rms(a):
    return np.sqrt(np.mean(np.square(a), axis=(1, 2)))


def update_ratio(kernels):
    return np.maximum(np.log10(rms(np.diff(kernels, axis=0)) / rms(kernels[:-1])), -6)
