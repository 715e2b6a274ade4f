"""The zeros are left out first, and then ten of what is left."""

import numpy as np


def time_factor(profile):
    steps = np.flatnonzero(profile)[:-10]
    return np.exp(-np.polyfit(steps, np.log(profile[steps]), 1)[0])
