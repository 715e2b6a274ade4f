"""A pair for each moment, of mean and variance."""

import numpy as np


def layer_statistics(kernels):
    return {n: [(np.mean(m), np.var(m)) for m in k] for n, k in kernels.items()}
