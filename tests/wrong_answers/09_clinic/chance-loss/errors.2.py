import numpy as np


def chance_loss(y, kind):
    y = np.asarray(y, float)
    if kind == "numbers":
        return np.mean(np.var(y, axis=0))
    p = np.unique(y, return_counts=True)[1] / y.size
    if kind == "yes-no":
        return 1 - p.max()
    return 1 - p.max()
