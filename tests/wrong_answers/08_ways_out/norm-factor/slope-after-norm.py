"""Down in the order of the way up."""

import numpy as np


def batch_norm(z):
    return (z - z.mean(0)) / np.sqrt(z.var(0) + 1e-3)


def norm_back(z, g):
    s, hat = np.sqrt(z.var(0) + 1e-3), batch_norm(z)
    return (g - g.mean(0) - hat * (g * hat).mean(0)) / s


def rms(values):
    return np.sqrt(np.mean(values**2))


def norm_factor(X, kernels, error):
    hs, zs = [X], []
    for W in kernels:
        zs.append(hs[-1] @ W)
        hs.append(np.maximum(batch_norm(zs[-1]), 0))
    down = error
    for W, z, h in zip(kernels[::-1], zs[::-1], hs[:0:-1], strict=True):
        down = (norm_back(z, down) * (h > 0)) @ W.T
    return (rms(down) / rms(error)) ** (1 / len(kernels))
