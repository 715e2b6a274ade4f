"""Tiny is dead."""

import numpy as np


def layer_factor(profiles):
    whole = profiles[(profiles > 1e-12).all(axis=1)]
    layers = np.arange(profiles.shape[1])
    slopes = [np.polyfit(layers, np.log(row), 1)[0] for row in whole]
    return np.exp(-np.median(slopes))
