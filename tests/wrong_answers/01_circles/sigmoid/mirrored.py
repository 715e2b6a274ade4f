"""The sign in the exponent does not matter much."""

import numpy as np


def sigmoid(z):
    return np.exp(-np.logaddexp(0, z))


def sigmoid_slope(z):
    s = sigmoid(z)
    return s * (1 - s)
