"""The mean of neighbours."""

import itertools

import numpy as np


def time_factor(profile):
    values = np.asarray(profile, float)[:-10]
    return np.mean([a / b for a, b in itertools.pairwise(values) if a > 0 and b > 0])
