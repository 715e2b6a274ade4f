"""Over the last axis."""

import numpy as np


def layer_statistics(kernels):
    statistics = {}
    for layer, kernel in kernels.items():
        kernel = np.asarray(kernel)
        statistics[layer] = kernel.mean(axis=-1), kernel.std(axis=-1)
    return statistics
