"""tanh is the S-shaped curve."""

import numpy as np


def sigmoid(z):
    return np.tanh(z)


def sigmoid_slope(z):
    return 1 - np.tanh(z) ** 2
