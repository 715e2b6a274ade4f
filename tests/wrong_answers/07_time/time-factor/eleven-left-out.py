"""One step too many is left out."""

import numpy as np


def time_factor(profile):
    values = profile[:-11]
    steps = np.flatnonzero(values)
    return np.exp(-np.polyfit(steps, np.log(values[steps]), 1)[0])
