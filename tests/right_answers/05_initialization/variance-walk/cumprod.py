"""Cumulative products, as arrays."""

import numpy as np


def variance_walk(widths, variances):
    n, v = np.array(widths), np.array(variances)
    signal = np.cumprod(np.r_[1, n[:-1] * v])
    gradient = np.cumprod(np.r_[1, (n[1:] * v)[::-1]])[::-1]
    return signal, gradient
