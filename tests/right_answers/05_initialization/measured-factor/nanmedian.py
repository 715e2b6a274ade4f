"""Dead nets as NaN, and indices."""

import numpy as np


def measured_factor(nets, phi, slope, X):
    factors = []
    for kernels in nets:
        z, h = {}, X
        for i, kernel in enumerate(kernels[:-1]):
            z[i] = h @ kernel
            h = phi(z[i])
        d = len(z)
        delta = {d - 1: kernels[d][:, 0] * slope(z[d - 1])}
        for i in range(d - 2, -1, -1):
            delta[i] = delta[i + 1] @ kernels[i + 1].T * slope(z[i])
        low, high = (np.linalg.norm(delta[i]) / np.sqrt(delta[i].size) for i in (0, d - 1))
        factors.append((low / high) ** (1 / (d - 1)) if low > 0 else np.nan)
    return np.nanmedian(factors)
