"""The change of the L1 norm."""

import numpy as np


def path_length(kernels):
    norm = np.abs(kernels).mean(axis=(1, 2))
    return norm[-1] - norm[0]
