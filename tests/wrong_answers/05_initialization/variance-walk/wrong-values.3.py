"""Clipped at a million."""

import numpy as np


def variance_walk(widths, variances):
    signal, gradient = [1.0], [1.0]
    for n, v in zip(widths[:-1], variances, strict=False):
        signal.append(signal[-1] * n * v)
    for n, v in zip(widths[:0:-1], variances[::-1], strict=False):
        gradient.insert(0, gradient[0] * n * v)
    return np.clip(signal, 0, 1e6), np.clip(gradient, 0, 1e6)
