"""The size of the weights matters, not the sign."""

import numpy as np


def layer_statistics(kernels):
    statistics = {}
    for layer, kernel in kernels.items():
        kernel = np.asarray(kernel)
        statistics[layer] = np.abs(kernel).mean(axis=(1, 2)), kernel.std(axis=(1, 2))
    return statistics
