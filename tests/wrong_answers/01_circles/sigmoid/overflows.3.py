"""exp(z) over 1 + exp(z) is the same function."""

import numpy as np


def sigmoid(z):
    return np.exp(z) / (1 + np.exp(z))


def sigmoid_slope(z):
    s = sigmoid(z)
    return s * (1 - s)
