"""The mean over time, the sum over weights."""

import numpy as np


def path_length(kernels):
    return np.abs(np.diff(kernels, axis=0)).mean(axis=0).sum()
