"""1,000: as many points as the lesson has."""

import numpy as np


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def forward(X, W1, b1, W2, b2):
    h = sigmoid(X @ W1 + b1)
    return h, sigmoid(h @ W2 + b2)


def backward(X, y, W1, b1, W2, b2):
    h, p = forward(X, W1, b1, W2, b2)
    dz2 = (p - y) / 1000
    dW2 = h.T @ dz2
    db2 = dz2.sum(axis=0)
    dh = dz2 @ W2.T
    dz1 = dh * h * (1 - h)
    dW1 = X.T @ dz1
    db1 = dz1.sum(axis=0)
    return dW1, db1, dW2, db2
