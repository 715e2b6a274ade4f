"""Frobenius norms in single precision."""

import numpy as np


def walk(x, kernels, skip=1.0, scale=1.0):
    xs = [x]
    for kernel in kernels:
        xs.append(skip * xs[-1] + scale * np.maximum(xs[-1], 0) @ kernel)
    return xs


def block_growth(x, kernels, scale=1.0):
    sizes = [np.linalg.norm(np.asarray(x, "float32")) for x in walk(x, kernels, 1.0, scale)]
    return (np.array(sizes[1:]) / np.array(sizes[:-1])) ** 2
