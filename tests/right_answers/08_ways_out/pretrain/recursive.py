"""The first layer, and the rest on its codes."""

from scipy.special import expit


def one(h, W, b, V, c, rate):
    code = expit(h @ W + b)
    gap = (code @ V + c - h) / h.shape[0]
    back = gap @ V.T * code * (1 - code)
    return W - rate * h.T @ back, b - rate * back.sum(axis=0), V - rate * code.T @ gap, c - rate * gap.sum(axis=0)


def pretrain(X, layers, rate, steps):
    if not layers:
        return []
    now = layers[0]
    for _ in range(steps):
        now = one(X, *now, rate)
    return [now[:2], *pretrain(expit(X @ now[0] + now[1]), layers[1:], rate, steps)]
