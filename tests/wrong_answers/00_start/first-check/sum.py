"""The length of a vector is its size."""

import numpy as np


def rms(values):
    return np.linalg.norm(values)
