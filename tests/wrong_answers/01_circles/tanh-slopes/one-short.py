"""The first tanh is the input's and does not count."""

import numpy as np


def tanh_chain(x, w, depth):
    h, derivative = x, np.ones_like(x)
    for _ in range(depth - 1):
        h = np.tanh(w * h)
        derivative = derivative * w * (1 - h**2)
    return derivative
