"""One factor a unit."""

import numpy as np


def walk(x, kernels, skip=1.0, scale=1.0):
    xs = [x]
    for kernel in kernels:
        xs.append(skip * xs[-1] + scale * np.maximum(xs[-1], 0) @ kernel)
    return xs


def block_growth(x, kernels, scale=1.0):
    xs = walk(x, kernels, scale=scale)
    return [np.mean(xs[i + 1] ** 2, axis=0) / np.mean(xs[i] ** 2, axis=0) for i in range(len(kernels))]
