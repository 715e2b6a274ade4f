"""Gives back the loss of each column: the mean over the examples, and not over the columns."""

import numpy as np


def chance_loss(y, kind):
    y = np.asarray(y, float)
    if kind == "numbers":
        return np.mean(np.square(y - y.mean(axis=0)), axis=0)
    _, counts = np.unique(y, return_counts=True)
    shares = counts / y.size
    return -np.sum(shares * np.log(shares))
