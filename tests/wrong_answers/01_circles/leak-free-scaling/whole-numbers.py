"""np.empty_like makes room for the result."""

import numpy as np


def scale(X_train, X_test):
    def f(X):
        out = np.empty_like(X)
        for j in range(X.shape[1]):
            a, b = X_train[:, j].min(), X_train[:, j].max()
            out[:, j] = 2 * (X[:, j] - a) / (b - a) - 1
        return out

    return f(X_train), f(X_test)
