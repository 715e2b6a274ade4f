"""Every radius that occurs is tried; predictions as 0 and 1; a loop that keeps the best."""

import numpy as np


def radial_accuracy(X, y, t):
    predicted = np.where(np.sqrt((X**2).sum(axis=1)) <= t, 1, 0)
    return float((predicted == y).sum() / len(y))


def best_threshold(X, y):
    best, kept = 0.0, 0.0
    for t in np.sort(np.linalg.norm(X, axis=1)):
        accuracy = radial_accuracy(X, y, t)
        if accuracy > best:
            best, kept = accuracy, t
    return kept
