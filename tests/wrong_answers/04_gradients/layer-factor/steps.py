import numpy as np


def layer_factor(profiles):
    p = profiles[(profiles > 0).all(axis=1)]
    return np.median(p[:, :-1] / p[:, 1:])
