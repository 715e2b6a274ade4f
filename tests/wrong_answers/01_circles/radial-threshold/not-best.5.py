"""The farthest inner point as the border: one that has strayed outwards decides for all."""

import numpy as np


def radial_accuracy(X, y, t):
    return np.mean((np.hypot(X[:, 0], X[:, 1]) < t) == (y == 1))


def best_threshold(X, y):
    return np.hypot(X[:, 0], X[:, 1])[y == 1].max()
