"""Nine steps in place of ten."""

import numpy as np


def time_factor(profile):
    values = np.asarray(profile, float)[:-9]
    there = values > 0
    steps = np.arange(len(values))
    slope = np.polyfit(steps[there], np.log(values[there]), 1)[0]
    return np.exp(-slope)
