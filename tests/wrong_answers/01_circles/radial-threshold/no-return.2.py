"""best_threshold shows the threshold instead of handing it back."""

import numpy as np


def radial_accuracy(X, y, t):
    inside = np.hypot(X[:, 0], X[:, 1]) < t
    return np.mean(inside == (y == 1))


def best_threshold(X, y):
    candidates = np.linspace(0, 3, 300)
    print(candidates[np.argmax([radial_accuracy(X, y, t) for t in candidates])])
