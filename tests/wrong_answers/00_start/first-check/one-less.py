"""Divided as a sample's variance is."""

import numpy as np


def rms(values):
    return np.sqrt(np.sum(values**2) / (len(values) - 1))
