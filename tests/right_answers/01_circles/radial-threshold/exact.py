"""Exact shares, as fractions."""

import math
from fractions import Fraction

import numpy as np


def radial_accuracy(X, y, t):
    right = sum((math.dist((0, 0), point) < t) == (label == 1) for point, label in zip(X, y, strict=True))
    return Fraction(int(right), len(y))


def best_threshold(X, y):
    radius = np.hypot(*X.T)
    return max(np.linspace(0, radius.max(), 300), key=lambda t: np.mean((radius < t) == (y == 1)))
