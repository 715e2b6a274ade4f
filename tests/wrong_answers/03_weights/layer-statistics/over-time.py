"""The first axis is the one to average over."""

import numpy as np


def layer_statistics(kernels):
    statistics = {}
    for layer, kernel in kernels.items():
        kernel = np.asarray(kernel)
        statistics[layer] = kernel.mean(axis=0), kernel.std(axis=0)
    return statistics
