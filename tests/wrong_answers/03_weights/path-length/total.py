"""The sum of everything."""

import numpy as np


def path_length(kernels):
    return np.abs(np.diff(kernels, axis=0)).sum()
