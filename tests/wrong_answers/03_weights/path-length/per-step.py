"""The mean of all changes."""

import numpy as np


def path_length(kernels):
    return np.abs(np.diff(kernels, axis=0)).mean()
