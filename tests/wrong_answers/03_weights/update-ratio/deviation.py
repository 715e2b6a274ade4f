"""As in makemore: standard deviations."""

import numpy as np


def update_ratio(kernels):
    return np.log10(np.diff(kernels, axis=0).std(axis=(1, 2)) / kernels[:-1].std(axis=(1, 2)))
