"""Copies that are changed in place; lists are handed back."""

import numpy as np


def pretrain(X, layers, rate, steps):
    codes, found = np.array(X), []
    for layer in layers:
        W, b, V, c = (np.array(part) for part in layer)
        for _ in range(steps):
            code = 0.5 * (1 + np.tanh((codes @ W + b) / 2))
            gap = code @ V + c - codes
            back = np.einsum("nj,kj->nk", gap, V) * (code - code**2)
            W -= rate * np.einsum("nj,nk->jk", codes, back) / len(X)
            b -= rate * back.mean(0)
            V -= rate * code.T @ gap / len(X)
            c -= rate * gap.mean(0)
        found.append([W.tolist(), b.tolist()])
        codes = 0.5 * (1 + np.tanh((codes @ W + b) / 2))
    return found
