"""A mean and a standard deviation for each moment."""

import numpy as np


def layer_statistics(kernels):
    return {name: [(np.mean(k), np.std(k)) for k in kernel] for name, kernel in kernels.items()}
