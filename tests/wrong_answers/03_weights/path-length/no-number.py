"""The path at every moment."""

import numpy as np


def path_length(kernels):
    return np.abs(np.diff(kernels, axis=0)).mean(axis=(1, 2)).cumsum()
