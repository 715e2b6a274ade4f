"""The L1 norm's own path."""

import numpy as np


def path_length(kernels):
    norm = np.abs(kernels).sum(axis=(1, 2))
    return np.abs(np.diff(norm)).sum()
