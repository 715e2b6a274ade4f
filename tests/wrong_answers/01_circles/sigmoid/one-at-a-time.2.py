"""Python's math module does it."""

import math


def sigmoid(z):
    return 0.5 * (1 + math.tanh(z / 2))


def sigmoid_slope(z):
    return sigmoid(z) * (1 - sigmoid(z))
