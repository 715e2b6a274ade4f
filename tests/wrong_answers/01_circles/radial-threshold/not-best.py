"""Between 0 and 1 is far enough to look, as the rings end near 1."""

import numpy as np


def radial_accuracy(X, y, t):
    inside = np.hypot(X[:, 0], X[:, 1]) < t
    return np.mean(inside == (y == 1))


def best_threshold(X, y):
    candidates = np.linspace(0, 1, 300)
    return candidates[np.argmax([radial_accuracy(X, y, t) for t in candidates])]
