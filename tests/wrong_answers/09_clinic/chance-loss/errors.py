"""Takes the share of wrong answers for the loss."""

import numpy as np


def chance_loss(y, kind):
    y = np.asarray(y, float)
    if kind == "numbers":
        return np.mean(np.square(y - y.mean(axis=0)))
    _, counts = np.unique(y, return_counts=True)
    shares = counts / y.size
    return 1 - shares.max()
