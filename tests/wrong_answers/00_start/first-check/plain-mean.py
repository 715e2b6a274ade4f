"""Size is what numbers are on average."""

import numpy as np


def rms(values):
    return np.mean(values)
