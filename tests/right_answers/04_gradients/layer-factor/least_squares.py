"""All lines at once by least squares."""

import numpy as np


def layer_factor(profiles):
    whole = profiles[np.min(profiles, axis=1) > 0]
    layers = np.arange(1, profiles.shape[1] + 1)
    table = np.column_stack([layers, np.ones_like(layers)])
    slopes = np.linalg.lstsq(table, np.log(whole).T, rcond=None)[0][0]
    return 1 / np.exp(np.median(slopes))
