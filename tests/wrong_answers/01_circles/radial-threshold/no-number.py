"""One True or False for each point is the accuracy."""

import numpy as np


def radial_accuracy(X, y, t):
    return (np.hypot(X[:, 0], X[:, 1]) < t) == (y == 1)


def best_threshold(X, y):
    candidates = np.linspace(0, np.hypot(X[:, 0], X[:, 1]).max(), 300)
    return candidates[np.argmax([radial_accuracy(X, y, t) for t in candidates])]
