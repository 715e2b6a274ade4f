"""A ratio for every unit."""

import numpy as np


def update_ratio(kernels):
    size = np.sqrt(np.mean(np.diff(kernels, axis=0) ** 2, axis=1))
    return np.log10(size / np.sqrt(np.mean(kernels[:-1] ** 2, axis=1)))
