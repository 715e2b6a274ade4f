"""Not a number."""

import numpy as np


def time_factor(profile):
    values = np.log(np.asarray(profile, float)[:-10])
    steps = np.arange(len(values))
    steps = steps - steps.mean()
    return np.exp(-np.sum(steps * values) / np.sum(steps**2))
