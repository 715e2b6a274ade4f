"""The root comes first, then the mean is squared."""

import numpy as np


def rms(values):
    return np.mean(np.sqrt(np.abs(values))) ** 2
