"""Length is the root of the sum of squares."""

import numpy as np


def path_length(kernels):
    steps = np.diff(kernels, axis=0)
    return np.sqrt((steps**2).sum(axis=(1, 2))).sum()
