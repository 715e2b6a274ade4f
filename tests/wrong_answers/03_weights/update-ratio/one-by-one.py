"""Every weight's own ratio, then the mean."""

import numpy as np


def update_ratio(kernels):
    return np.log10(np.mean(np.abs(np.diff(kernels, axis=0) / kernels[:-1]), axis=(1, 2)))
