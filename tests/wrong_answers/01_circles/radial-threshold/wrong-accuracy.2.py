"""The better of the accuracy and its opposite: wrong in one small set alone."""

import numpy as np


def radial_accuracy(X, y, t):
    share = np.mean((np.hypot(X[:, 0], X[:, 1]) < t) == (y == 1))
    return max(share, 1 - share)


def best_threshold(X, y):
    radii = np.hypot(X[:, 0], X[:, 1])
    candidates = np.linspace(0, radii.max() * 1.001, 600)
    return candidates[np.argmax([np.mean((radii < t) == (y == 1)) for t in candidates])]
