"""One array with two rows."""

import numpy as np


def variance_walk(widths, variances):
    factors = np.multiply([widths[:-1], widths[1:]], variances)
    up = [factors[0, :i].prod() for i in range(len(widths))]
    down = [factors[1, i:].prod() for i in range(len(widths))]
    return np.array([up, down])
