"""X is scaled to rms 1."""

import numpy as np


def batch_norm(z, gamma, beta, eps=1e-3):
    hat = (z - z.mean(0)) / np.sqrt(z.var(0) + eps)
    return gamma * hat + beta


def batch_norm_back(z, gamma, error, eps=1e-3):
    s = np.sqrt(z.var(0) + eps)
    hat = (z - z.mean(0)) / s
    g = gamma * error
    dz = (g - g.mean(0) - hat * (g * hat).mean(0)) / s
    return dz, (error * hat).sum(0), error.sum(0)


def rms(values):
    return np.sqrt(np.mean(values**2))


def norm_factor(X, kernels, error):
    hs, zs = [X / rms(X)], []
    for W in kernels:
        zs.append(hs[-1] @ W)
        hs.append(np.maximum(batch_norm(zs[-1], 1.0, 0.0), 0))
    down = error
    for W, z, h in zip(kernels[::-1], zs[::-1], hs[:0:-1], strict=True):
        down = batch_norm_back(z, 1.0, down * (h > 0))[0] @ W.T
    return (rms(down) / rms(error)) ** (1 / len(kernels))
