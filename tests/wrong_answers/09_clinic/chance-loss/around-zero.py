"""A constant answer is the answer 0."""

import numpy as np


def chance_loss(y, kind):
    if kind == "numbers":
        return np.mean(y**2)
    shares = np.unique(y, return_counts=True)[1] / y.size
    return -np.sum(shares * np.log(shares))
