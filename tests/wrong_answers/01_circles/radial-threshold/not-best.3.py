"""Up to 2, as far as the rings of the figure reach."""

import numpy as np


def radial_accuracy(X, y, t):
    inside = np.hypot(X[:, 0], X[:, 1]) < t
    return np.mean(inside == (y == 1))


def best_threshold(X, y):
    candidates = np.linspace(0, 2, 300)
    return candidates[np.argmax([radial_accuracy(X, y, t) for t in candidates])]
