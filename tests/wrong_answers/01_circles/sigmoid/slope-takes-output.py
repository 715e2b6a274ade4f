"""The slope is s(1 - s), and s is the argument."""

import numpy as np


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def sigmoid_slope(s):
    return s * (1 - s)
