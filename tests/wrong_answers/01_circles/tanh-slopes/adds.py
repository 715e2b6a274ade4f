"""The slopes add up along the chain."""

import numpy as np


def tanh_chain(x, w, depth):
    h, derivative = x, 1.0
    for _ in range(depth):
        h = np.tanh(w * h)
        derivative = derivative + w * (1 - h**2)
    return derivative
