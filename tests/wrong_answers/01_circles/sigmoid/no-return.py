"""Printing is answering."""

import numpy as np


def sigmoid(z):
    print(np.exp(-np.logaddexp(0, -z)))


def sigmoid_slope(z):
    s = np.exp(-np.logaddexp(0, -z))
    return s * (1 - s)
