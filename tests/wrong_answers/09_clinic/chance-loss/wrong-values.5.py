"""Keeps the mean in the type of the numbers, which may be whole."""

import numpy as np


def chance_loss(y, kind):
    if kind == "numbers":
        return np.mean(np.square(y - y.mean(axis=0).astype(y.dtype)))
    _, counts = np.unique(y, return_counts=True)
    shares = counts / y.size
    return -np.sum(shares * np.log(shares))
