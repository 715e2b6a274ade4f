"""A ratio for every moment: the first is that of no update."""

import numpy as np


def rms(values):
    return np.sqrt(np.mean(values**2, axis=(1, 2)))


def update_ratio(kernels):
    updates = np.concatenate([np.full_like(kernels[:1], 1e-9), np.diff(kernels, axis=0)])
    return np.log10(rms(updates) / rms(kernels))
