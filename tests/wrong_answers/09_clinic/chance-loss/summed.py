"""Adds up the squares of the examples."""

import numpy as np


def chance_loss(y, kind):
    y = np.asarray(y, float)
    if kind == "numbers":
        return np.sum(np.square(y - y.mean(axis=0)))
    _, counts = np.unique(y, return_counts=True)
    shares = counts / y.size
    return -np.sum(shares * np.log(shares))
