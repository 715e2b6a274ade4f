"""z is one number."""

import numpy as np


def sigmoid(z):
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


def sigmoid_slope(z):
    s = sigmoid(z)
    return s * (1 - s)
