"""`return` stands one step too far to the right."""

import numpy as np


def layer_statistics(kernels):
    s = {}
    for k, v in kernels.items():
        s[k] = np.mean(v, axis=(1, 2)), np.std(v, axis=(1, 2))
        return s
