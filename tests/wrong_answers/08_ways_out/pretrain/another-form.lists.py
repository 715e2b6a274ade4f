"""All kernels, and then all biases."""

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
            W, b, V, c = W - rate * h.T @ dz, b - rate * dz.sum(0), V - rate * code.T @ e, c - rate * e.sum(0)
        out.append((W, b))
        h = sg(h @ W + b)
    return [w for w, _ in out], [b for _, b in out]
