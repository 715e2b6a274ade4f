"""No loop at all: sort once, count once; single precision."""

import numpy as np


def radial_accuracy(X, y, t):
    X = X.astype("float32")
    return 1 - np.mean(np.abs((X[:, 0] ** 2 + X[:, 1] ** 2 < t**2) - y))


def best_threshold(X, y):
    radius = np.linalg.norm(X, axis=1)
    order = np.argsort(radius)
    gained = np.cumsum(np.where(y[order] == 1, 1, -1))
    return radius[order][np.argmax(gained)] + 1e-9
