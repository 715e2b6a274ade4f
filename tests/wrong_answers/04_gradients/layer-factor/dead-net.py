"""All nets count."""

import numpy as np


def layer_factor(profiles):
    whole = profiles
    layers = np.arange(profiles.shape[1])
    centred = layers - layers.mean()
    slopes = np.log(whole) @ centred / (centred @ centred)
    return np.exp(-np.median(slopes))
