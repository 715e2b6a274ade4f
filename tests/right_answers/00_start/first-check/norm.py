"""The length of the vector over the root of how many there are."""

import numpy as np


def rms(values):
    return np.linalg.norm(values) / len(values) ** 0.5
