"""NumPy, in the order of the name read backwards."""

import numpy as np


def rms(values):
    return np.sqrt(np.mean(values**2))
