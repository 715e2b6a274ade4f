"""The mean is taken away where the weights are."""

import numpy as np


def layer_statistics(kernels):
    s = {}
    for k, v in kernels.items():
        v = np.asarray(v)
        m = v.mean(axis=(1, 2))
        v -= m[:, None, None]
        s[k] = m, np.sqrt((v**2).mean(axis=(1, 2)))
    return s
