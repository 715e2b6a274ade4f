"""The root of the square of each number is its size."""

import numpy as np


def rms(values):
    return np.sqrt(values**2)
