"""Root mean square of each step."""

import numpy as np


def path_length(kernels):
    steps = np.diff(kernels, axis=0)
    return np.sqrt((steps**2).mean(axis=(1, 2))).sum()
