"""Counts the wrong answers."""

import numpy as np


def radial_accuracy(X, y, t):
    return np.mean((np.hypot(X[:, 0], X[:, 1]) < t) != (y == 1))


def best_threshold(X, y):
    candidates = np.linspace(0, np.hypot(X[:, 0], X[:, 1]).max(), 500)
    return candidates[np.argmax([radial_accuracy(X, y, t) for t in candidates])]
