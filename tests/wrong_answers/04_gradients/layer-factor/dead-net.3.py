"""Something tiny is added, so that the logarithm exists."""

import numpy as np


def layer_factor(profiles):
    layers = np.arange(profiles.shape[1])
    slopes = [np.polyfit(layers, np.log(row + 1e-30), 1)[0] for row in profiles]
    return np.exp(-np.median(slopes))
