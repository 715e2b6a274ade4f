"""Below 1e-12 there is nothing but rounding."""

import numpy as np


def time_factor(profile):
    values = np.asarray(profile, float)[:-10]
    steps, there = np.arange(len(values)), values > 1e-12
    return np.exp(-np.polyfit(steps[there], np.log(values[there]), 1)[0])
