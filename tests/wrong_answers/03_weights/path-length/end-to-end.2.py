"""Add up over time, then take the absolute value."""

import numpy as np


def path_length(kernels):
    return np.abs(np.diff(kernels, axis=0).sum(axis=0)).sum()
