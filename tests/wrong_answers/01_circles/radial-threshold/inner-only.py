"""Only the points to be found count."""

import numpy as np


def radial_accuracy(X, y, t):
    radius = np.hypot(X[:, 0], X[:, 1])
    return np.mean(radius[y == 1] < t)


def best_threshold(X, y):
    candidates = np.linspace(0, np.hypot(X[:, 0], X[:, 1]).max(), 300)
    return candidates[np.argmax([radial_accuracy(X, y, t) for t in candidates])]
