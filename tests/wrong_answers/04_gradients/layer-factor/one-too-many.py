"""The d-th root of the ends."""

import numpy as np


def layer_factor(profiles):
    whole = profiles[(profiles > 0).all(axis=1)]
    return np.exp(np.median(np.log(whole[:, 0] / whole[:, -1])) / whole.shape[1])
