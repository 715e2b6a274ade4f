"""The mean of a kernel is np.mean of it."""

import numpy as np


def layer_statistics(kernels):
    statistics = {}
    for layer, kernel in kernels.items():
        kernel = np.asarray(kernel)
        statistics[layer] = np.mean(kernel), np.std(kernel)
    return statistics
