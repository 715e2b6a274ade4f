"""A bias is shared by the examples, so its gradient is the mean of theirs."""

import numpy as np


def sg(z):
    return 1 / (1 + np.exp(-z))


def pretrain(X, layers, rate, steps):
    out, h = [], X
    for W, b, V, c in layers:
        for _ in range(steps):
            code = sg(h @ W + b)
            e = (code @ V + c - h) / len(h)
            dz = (e @ V.T) * code * (1 - code)
            W, b, V, c = W - rate * h.T @ dz, b - rate * dz.mean(0), V - rate * code.T @ e, c - rate * e.mean(0)
        out.append((W, b))
        h = sg(h @ W + b)
    return out
