"""The size of a kernel is the mean of its absolute values."""

import numpy as np


def update_ratio(kernels):
    updates = np.abs(np.diff(kernels, axis=0)).mean(axis=(1, 2))
    return np.log10(updates / np.abs(kernels[:-1]).mean(axis=(1, 2)))
