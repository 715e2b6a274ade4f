"""The product is overwritten at every step."""

import numpy as np


def tanh_chain(x, w, depth):
    h = x
    for _ in range(depth):
        h = np.tanh(w * h)
        derivative = w * (1 - h**2)
    return derivative
