"""np.diff takes differences."""

import numpy as np


def path_length(kernels):
    return np.abs(np.diff(kernels)).mean(axis=(1, 2)).sum()
