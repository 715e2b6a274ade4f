"""Counts every label up to the largest, and takes the logarithm of those that nobody has."""

import numpy as np


def chance_loss(y, kind):
    y = np.asarray(y)
    if kind == "numbers":
        return y.var(axis=0).mean()
    shares = np.bincount(y.ravel().astype(int)) / y.size
    return -(shares * np.log(shares)).sum()
