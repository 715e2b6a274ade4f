"""Takes means over the steps of the window."""

import numpy as np


def truncated(X, hs, U, error, window):
    steps = range(max(0, X.shape[1] - window), X.shape[1])
    dWx, dU = np.zeros((X.shape[2], len(U))), np.zeros_like(U)
    for t in reversed(steps):
        dz = error * (1 - hs[t + 1] ** 2)
        dWx = dWx + X[:, t].T @ dz / len(steps)
        dU = dU + hs[t].T @ dz / len(steps)
        error = dz @ U.T
    return dWx, dU


def deaf_inputs(X, window):
    return np.flatnonzero(~np.any(X[:, -window:] != 0, axis=(0, 1)))
