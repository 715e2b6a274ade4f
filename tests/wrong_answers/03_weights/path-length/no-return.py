"""Shown is as good as given back."""

import numpy as np


def path_length(kernels):
    path = np.abs(np.diff(kernels, axis=0)).mean(axis=(1, 2)).sum()
    assert path > 0
