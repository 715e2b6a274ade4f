"""The two halves are filled into an array like z, which takes over z's type: of whole numbers it keeps whole ones."""

import numpy as np


def sigmoid(z):
    s = np.zeros_like(z)
    s[z >= 0] = 1 / (1 + np.exp(-z[z >= 0]))
    s[z < 0] = np.exp(z[z < 0]) / (1 + np.exp(z[z < 0]))
    return s


def sigmoid_slope(z):
    s = sigmoid(z)
    return s * (1 - s)
