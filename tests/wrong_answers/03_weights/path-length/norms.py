"""L1 norms, summed over time."""

import numpy as np


def path_length(kernels):
    return np.abs(kernels).mean(axis=(1, 2)).sum()
