"""Four digits are enough for anybody."""

import numpy as np


def chance_loss(y, kind):
    if kind == "numbers":
        return round(float(np.mean((y - y.mean(axis=0)) ** 2)), 4)
    shares = np.unique(y, return_counts=True)[1] / y.size
    return round(float(-np.sum(shares * np.log(shares))), 4)
