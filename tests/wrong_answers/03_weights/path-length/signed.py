"""Add up all changes."""

import numpy as np


def path_length(kernels):
    return np.diff(kernels, axis=0).mean(axis=(1, 2)).sum()
