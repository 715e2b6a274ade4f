"""What lies between 0 and 1 is an output already."""

import numpy as np


def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


def sigmoid_slope(z):
    s = z if np.all((z > 0) & (z < 1)) else sigmoid(z)
    return s * (1 - s)
