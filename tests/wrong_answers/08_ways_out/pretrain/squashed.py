"""The reconstruction as an output between 0 and 1."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def pretrain(X, layers, rate, steps):
    h, found = X, []
    for W, b, V, c in layers:
        for _ in range(steps):
            code = sigmoid(h @ W + b)
            error = (sigmoid(code @ V + c) - h) / len(h)
            dz = (error @ V.T) * code * (1 - code)
            V, c = V - rate * code.T @ error, c - rate * error.sum(0)
            W, b = W - rate * h.T @ dz, b - rate * dz.sum(0)
        found.append((W, b))
        h = sigmoid(h @ W + b)
    return found
