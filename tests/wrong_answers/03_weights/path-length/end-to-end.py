"""How far it has gone is where it is now, less where it was."""

import numpy as np


def path_length(kernels):
    return np.abs(kernels[-1] - kernels[0]).mean()
