"""The size of a kernel is that of its largest weight."""

import numpy as np


def update_ratio(kernels):
    updates = np.abs(np.diff(kernels, axis=0)).max(axis=(1, 2))
    return np.log10(updates / np.abs(kernels[:-1]).max(axis=(1, 2)))
