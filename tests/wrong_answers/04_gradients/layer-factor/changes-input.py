"""The logarithm overwrites the profiles."""

import numpy as np


def layer_factor(profiles):
    profiles[(profiles > 0).all(axis=1)]
    layers = np.arange(profiles.shape[1])
    with np.errstate(all="ignore"):
        np.log(profiles, out=profiles)
    slopes = [np.polyfit(layers, r, 1)[0] for r in profiles if np.isfinite(r).all()]
    return np.exp(-np.median(slopes))
