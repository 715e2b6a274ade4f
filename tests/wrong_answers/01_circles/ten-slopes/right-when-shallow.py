"""Nothing falls below single precision's millionth."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_slope(z):
    return sigmoid(z) * (1 - sigmoid(z))


def best_case(depth):
    return max(0.25**depth, 1e-6)
