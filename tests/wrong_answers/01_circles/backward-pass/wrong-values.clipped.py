"""A probability is kept off 0 and 1, so that no logarithm overflows."""

import numpy as np


def backward(X, y, W1, b1, W2, b2):
    h = 1 / (1 + np.exp(-(X @ W1 + b1)))
    p = np.clip(1 / (1 + np.exp(-(h @ W2 + b2))), 0.001, 0.999)
    dz2 = (p - y) / len(X)
    dz1 = dz2 @ W2.T * h * (1 - h)
    return X.T @ dz1, dz1.sum(0), h.T @ dz2, dz2.sum(0)
