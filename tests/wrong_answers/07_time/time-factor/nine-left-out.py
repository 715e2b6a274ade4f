"""One step too few is left out."""

import numpy as np


def time_factor(profile):
    values = profile[:-9]
    steps = np.flatnonzero(values)
    return np.exp(-np.polyfit(steps, np.log(values[steps]), 1)[0])
