"""The middle one of the weights."""

import numpy as np


def layer_statistics(kernels):
    statistics = {}
    for layer, kernel in kernels.items():
        kernel = np.asarray(kernel)
        statistics[layer] = np.median(kernel, axis=(1, 2)), kernel.std(axis=(1, 2))
    return statistics
