"""The path of every weight, then their mean."""

import numpy as np


def path_length(kernels):
    return float(np.mean(np.sum(np.abs(kernels[1:] - kernels[:-1]), axis=0)))
