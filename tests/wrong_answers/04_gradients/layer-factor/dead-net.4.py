"""Dead is a net whose lowest layer has 0."""

import numpy as np


def layer_factor(profiles):
    whole = profiles[profiles[:, 0] > 0]
    layers = np.arange(profiles.shape[1])
    slopes = [np.polyfit(layers, np.log(row), 1)[0] for row in whole]
    return np.exp(-np.median(slopes))
