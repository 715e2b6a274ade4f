"""Step by step, in float32, as a zero-dimensional array."""

import numpy as np


def path_length(kernels):
    path = np.float32(0)
    for t in range(len(kernels) - 1):
        path += np.linalg.norm((kernels[t + 1] - kernels[t]).ravel().astype("float32"), 1)
    return np.array(path / kernels[0].size)
