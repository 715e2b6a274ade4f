import numpy as np


def chance_loss(y, kind):
    y = np.asarray(y, float)
    if kind == "numbers":
        return np.mean(y**2)
    p = np.unique(y, return_counts=True)[1] / y.size
    if kind == "yes-no":
        return -np.sum(p * np.log(p))
    return -np.sum(p * np.log(p))
