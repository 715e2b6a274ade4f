"""The best circle lies midway between the mean radii."""

import numpy as np


def radial_accuracy(X, y, t):
    inside = np.hypot(X[:, 0], X[:, 1]) < t
    return np.mean(inside == (y == 1))


def best_threshold(X, y):
    radius = np.hypot(X[:, 0], X[:, 1])
    return (radius[y == 1].mean() + radius[y == 0].mean()) / 2
