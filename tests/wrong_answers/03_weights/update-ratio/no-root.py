"""Mean squares, and no root."""

import numpy as np


def update_ratio(kernels):
    update, before = np.diff(kernels, axis=0), kernels[:-1]
    return np.log10(np.mean(update**2, axis=(1, 2)) / np.mean(before**2, axis=(1, 2)))
