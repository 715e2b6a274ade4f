"""First the mean network, then its line."""

import numpy as np


def layer_factor(profiles):
    whole = profiles[(profiles > 0).all(axis=1)]
    layers = np.arange(profiles.shape[1])
    slopes = [np.polyfit(layers, np.log(whole.mean(axis=0)), 1)[0]]
    return np.exp(-np.median(slopes))
