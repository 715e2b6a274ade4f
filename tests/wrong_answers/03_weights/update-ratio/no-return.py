"""The last line is the result."""

import numpy as np


def rms(values):
    return np.sqrt(np.mean(values**2, axis=(1, 2)))


def update_ratio(kernels):
    ratio = np.log10(rms(np.diff(kernels, axis=0)) / rms(kernels[:-1]))
    assert len(ratio)
