"""The formula as it stands in the book."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_slope(z):
    s = sigmoid(z)
    return s * (1 - s)
