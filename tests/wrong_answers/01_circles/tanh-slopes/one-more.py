"""From 0 to depth there are depth + 1 steps."""

import numpy as np


def tanh_chain(x, w, depth):
    h, derivative = x, 1.0
    for _ in range(depth + 1):
        h = np.tanh(w * h)
        derivative = derivative * w * (1 - h**2)
    return derivative
