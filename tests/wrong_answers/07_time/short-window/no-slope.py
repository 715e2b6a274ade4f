"""No slope."""

import numpy as np


def truncated(X, hs, U, error, window):
    T = X.shape[1]
    dWx, dU = np.zeros((X.shape[2], U.shape[1])), np.zeros_like(U)
    for t in reversed(range(max(0, T - window), T)):
        dz = error
        dWx = dWx + X[:, t].T @ dz
        dU = dU + hs[t].T @ dz
        error = dz @ U.T
    return dWx, dU


def deaf_inputs(X, window):
    heard = np.any(X[:, -window:] != 0, axis=(0, 1))
    return np.flatnonzero(~heard)
