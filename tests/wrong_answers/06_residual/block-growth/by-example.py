import itertools

import numpy as np


def walk(x, kernels, skip=1.0, scale=1.0):
    xs = [x]
    for kernel in kernels:
        xs.append(skip * xs[-1] + scale * np.maximum(xs[-1], 0) @ kernel)
    return xs


def block_growth(x, kernels, scale=1.0):
    xs = walk(x, kernels, scale=scale)
    return np.array([np.mean(np.mean(b**2, 1) / np.mean(a**2, 1)) for a, b in itertools.pairwise(xs)])
