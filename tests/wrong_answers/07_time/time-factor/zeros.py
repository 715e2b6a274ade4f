"""Logarithms of all."""

import numpy as np


def time_factor(profile):
    values = np.asarray(profile, float)[:-10]
    return np.exp(-np.polyfit(np.arange(len(values)), np.log(values + 1e-300), 1)[0])
