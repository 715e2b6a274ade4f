"""Ten at either end."""

import numpy as np


def time_factor(profile):
    values = profile[10:-10]
    steps = np.flatnonzero(values)
    return np.exp(-np.polyfit(steps, np.log(values[steps]), 1)[0])
