"""math.exp on one entry after the other."""

import math

import numpy as np


def sigmoid(z):
    return np.array([1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v)) for v in z])


def sigmoid_slope(z):
    return sigmoid(z) * (1 - sigmoid(z))
