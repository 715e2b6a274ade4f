"""A hundred thresholds, the best of them."""

import numpy as np


def radial_accuracy(X, y, t):
    inside = np.hypot(X[:, 0], X[:, 1]) < t
    return np.mean(inside == (y == 1))


def best_threshold(X, y):
    candidates = np.linspace(0, np.linalg.norm(X, axis=1).max(), 100)
    accuracies = [radial_accuracy(X, y, t) for t in candidates]
    return candidates[np.argmax(accuracies)]
