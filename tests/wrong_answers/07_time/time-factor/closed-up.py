"""The others move together."""

import numpy as np


def time_factor(profile):
    values = np.asarray(profile, float)[:-10]
    there = values > 0
    np.arange(len(values))
    slope = np.polyfit(np.arange(there.sum()), np.log(values[there]), 1)[0]
    return np.exp(-slope)
