"""Right means: inside, and inner."""

import numpy as np


def radial_accuracy(X, y, t):
    inside = np.hypot(X[:, 0], X[:, 1]) < t
    return np.mean(inside & (y == 1))


def best_threshold(X, y):
    candidates = np.linspace(0, np.hypot(X[:, 0], X[:, 1]).max(), 300)
    return candidates[np.argmax([radial_accuracy(X, y, t) for t in candidates])]
