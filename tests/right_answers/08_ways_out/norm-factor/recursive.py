"""One layer, and the rest."""

import numpy as np


def back(X, kernels, error):
    if len(kernels) == 0:
        return error
    z = X @ kernels[0]
    s = np.sqrt(z.var(axis=0) + 1e-3)
    hat = (z - z.mean(axis=0)) / s
    g = np.where(hat > 0, back(np.maximum(hat, 0), kernels[1:], error), 0)
    return (g - g.mean(axis=0) - hat * np.mean(g * hat, axis=0)) / s @ kernels[0].T


def norm_factor(X, kernels, error):
    share = np.sqrt(np.mean(back(X, kernels, error) ** 2) / np.mean(error**2))
    return np.array([share ** (1 / len(kernels))])
