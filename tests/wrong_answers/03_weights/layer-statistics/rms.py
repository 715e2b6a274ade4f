"""Square, mean, root is the standard deviation."""

import numpy as np


def layer_statistics(kernels):
    statistics = {}
    for layer, kernel in kernels.items():
        kernel = np.asarray(kernel)
        statistics[layer] = kernel.mean(axis=(1, 2)), np.sqrt((kernel**2).mean(axis=(1, 2)))
    return statistics
