"""Start and end are what is shown."""

import numpy as np


def layer_statistics(kernels):
    return {k: (np.mean(v, axis=(1, 2))[[0, -1]], np.std(v, axis=(1, 2))[[0, -1]]) for k, v in kernels.items()}
