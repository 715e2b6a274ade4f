"""A dead net's slope is not a number, and takes the median with it."""

import numpy as np


def layer_factor(profiles):
    logs = np.log(profiles)
    steps = np.diff(np.where(np.isfinite(logs), logs, np.nan), axis=1)
    return np.exp(-np.median(np.mean(steps, axis=1)))
