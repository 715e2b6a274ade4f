"""The largest change of any weight at each step."""

import numpy as np


def path_length(kernels):
    return np.abs(np.diff(kernels, axis=0)).max(axis=(1, 2)).sum()
