import numpy as np


def layer_factor(profiles):
    p = profiles[(profiles > 0).all(axis=1)]
    return np.exp(-np.median(np.median(np.diff(np.log(p), axis=1), axis=1)))
