"""The slopes add up from nothing."""

import numpy as np


def tanh_chain(x, w, depth):
    h, derivative = x, 0.0
    for _ in range(depth):
        h = np.tanh(w * h)
        derivative += w * (1 - h**2)
    return derivative
