"""A kernel of this lesson has 25 weights at most."""

import numpy as np


def update_ratio(kernels):
    flat = np.asarray(kernels).reshape(len(kernels), -1)[:, :25]
    update, before = np.diff(flat, axis=0), flat[:-1]
    return 0.5 * np.log10(np.mean(update**2, axis=1) / np.mean(before**2, axis=1))
