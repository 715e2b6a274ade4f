"""The rms of everything."""

import numpy as np


def update_ratio(kernels):
    size = np.sqrt(np.mean(np.diff(kernels, axis=0) ** 2))
    return np.log10(size / np.sqrt(np.mean(kernels**2)))
