"""Two columns, one after the other."""

import numpy as np


def scale(X_train, X_test):
    out = []
    for X in (X_train, X_test):
        Z = np.zeros(X.shape)
        for j in (0, 1):
            a, b = min(X_train[:, j]), max(X_train[:, j])
            Z[:, j] = 2 * (X[:, j] - a) / (b - a) - 1
        out.append(Z)
    return out
