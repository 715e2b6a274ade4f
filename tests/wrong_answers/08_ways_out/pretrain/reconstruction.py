"""Hands on the reconstruction."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def pretrain(X, layers, rate, steps):
    handed, h, below = [], X, X
    for W, b, V, c in layers:
        if h.shape[1] != len(W):
            h = sigmoid(below @ handed[-1][0] + handed[-1][1])
        for _ in range(steps):
            code = sigmoid(h @ W + b)
            error = (code @ V + c - h) / len(h)
            dz = (error @ V.T) * code * (1 - code)
            V, c = V - rate * code.T @ error, c - rate * error.sum(0)
            W, b = W - rate * h.T @ dz, b - rate * dz.sum(0)
        handed.append((W, b))
        below, h = h, sigmoid(h @ W + b) @ V + c
    return handed
