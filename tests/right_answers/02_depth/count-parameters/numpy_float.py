"""A polynomial, as a NumPy float."""

import numpy as np


def count_parameters(depth, width):
    return np.polyval([depth - 1, depth + 3, 1], np.float64(width))
