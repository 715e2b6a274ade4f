"""tanh moved up by one half is a sigmoid."""

import numpy as np


def sigmoid(z):
    return 0.5 * (1 + np.tanh(z))


def sigmoid_slope(z):
    s = sigmoid(z)
    return s * (1 - s)
