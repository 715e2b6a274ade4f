"""The first layer alone is trained."""

import numpy as np


def pretrain(X, layers, rate, steps):
    handed, h = [], X
    for number, (W, b, V, c) in enumerate(layers):
        for _ in range(steps if number == 0 else 0):
            code = 1 / (1 + np.exp(-(h @ W + b)))
            error = (code @ V + c - h) / len(h)
            dz = error @ V.T * code * (1 - code)
            V, c = V - rate * code.T @ error, c - rate * error.sum(0)
            W, b = W - rate * h.T @ dz, b - rate * dz.sum(0)
        handed.append((W, b))
        h = 1 / (1 + np.exp(-(h @ W + b)))
    return handed
