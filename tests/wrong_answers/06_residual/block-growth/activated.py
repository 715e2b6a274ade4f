"""Every layer ends with its activation."""

import numpy as np


def walk(x, kernels, skip=1.0, scale=1.0):
    xs = [x]
    for kernel in kernels:
        xs.append(skip * xs[-1] + scale * np.maximum(xs[-1], 0) @ kernel)
    return xs


def block_growth(x, kernels, scale=1.0):
    squares = [np.mean(x**2)]
    for kernel in kernels:
        x = np.maximum(x + scale * np.maximum(x, 0) @ kernel, 0)
        squares.append(np.mean(x**2))
    return np.array(squares[1:]) / squares[:-1]
