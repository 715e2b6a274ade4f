"""Only the entries that are not 0."""

import numpy as np


def rms(values):
    return np.sqrt(np.mean(values[values != 0] ** 2))
