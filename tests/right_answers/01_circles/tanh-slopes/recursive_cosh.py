"""Recursion, and the slope of tanh as 1 / cosh^2."""

import numpy as np


def tanh_chain(x, w, depth):
    if depth == 0:
        return np.ones_like(x)
    return w / np.cosh(w * x) ** 2 * tanh_chain(np.tanh(w * x), w, depth - 1)
