"""A dict that is made once, with the function: each call adds its layers."""

import numpy as np


def layer_statistics(kernels, statistics={}):  # noqa: B006, the mistake itself
    for name, kernel in kernels.items():
        statistics[name] = np.mean(kernel, axis=(1, 2)), np.std(kernel, axis=(1, 2))
    return dict(statistics)
