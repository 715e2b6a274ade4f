"""All thresholds that reach the largest accuracy are the best one."""

import numpy as np


def radial_accuracy(X, y, t):
    inside = np.hypot(X[:, 0], X[:, 1]) < t
    return np.mean(inside == (y == 1))


def best_threshold(X, y):
    candidates = np.linspace(0, np.hypot(X[:, 0], X[:, 1]).max(), 300)
    accuracies = np.array([radial_accuracy(X, y, t) for t in candidates])
    return candidates[np.argsort(accuracies)[-2:]]
