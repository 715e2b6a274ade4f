"""The mean of the absolute value, squared."""

import numpy as np


def walk(x, kernels, skip=1.0, scale=1.0):
    xs = [x]
    for kernel in kernels:
        xs.append(skip * xs[-1] + scale * np.maximum(xs[-1], 0) @ kernel)
    return xs


def block_growth(x, kernels, scale=1.0):
    squares = np.array([np.mean(np.abs(x)) ** 2 for x in walk(x, kernels, scale=scale)])
    return squares[1:] / squares[:-1]
