"""The absolute value of every moment's mean change."""

import numpy as np


def path_length(kernels):
    return np.abs(np.diff(kernels, axis=0).mean(axis=(1, 2))).sum()
