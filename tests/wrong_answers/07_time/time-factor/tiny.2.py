"""A small number under the logarithm keeps it from infinity, and zeros are left out besides."""

import numpy as np


def time_factor(profile):
    values = np.asarray(profile, float)[:-10]
    steps, there = np.arange(len(values)), values > 0
    return np.exp(-np.polyfit(steps[there], np.log(values[there] + 1e-15), 1)[0])
