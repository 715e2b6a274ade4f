"""W, b, V and c of each layer."""

import numpy as np


def pretrain(X, layers, rate, steps):
    handed, h = [], X
    for W, b, V, c in layers:
        for _ in range(steps):
            code = 1 / (1 + np.exp(-(h @ W + b)))
            error = (code @ V + c - h) / len(h)
            dz = (error @ V.T) * code * (1 - code)
            V, c = V - rate * code.T @ error, c - rate * error.sum(0)
            W, b = W - rate * h.T @ dz, b - rate * dz.sum(0)
        handed.append((W, b, V, c))
        h = 1 / (1 + np.exp(-(h @ W + b)))
    return handed
