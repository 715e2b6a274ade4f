"""The slope is 1 - tanh^2, taken of what the layer gave."""

import numpy as np


def tanh_chain(x, w, depth):
    h, derivative = x, 1.0
    for _ in range(depth):
        h = np.tanh(w * h)
        derivative = derivative * w * (1 - np.tanh(h) ** 2)
    return derivative
