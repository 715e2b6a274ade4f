"""First and last layer are enough."""

import numpy as np


def layer_factor(profiles):
    whole = profiles[(profiles > 0).all(axis=1)]
    np.arange(profiles.shape[1])
    slopes = [np.log(row[-1] / row[0]) / (len(row) - 1) for row in whole]
    return np.exp(-np.median(slopes))
