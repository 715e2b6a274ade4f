"""Four digits are enough."""

import numpy as np


def variance_walk(widths, variances):
    signal, gradient = [1.0], [1.0]
    for n, v in zip(widths[:-1], variances, strict=False):
        signal.append(signal[-1] * n * v)
    for n, v in zip(widths[:0:-1], variances[::-1], strict=False):
        gradient.insert(0, gradient[0] * n * v)
    return np.round(signal, 4), np.round(gradient, 4)
