"""The factor is taken before the step."""

import numpy as np


def tanh_chain(x, w, depth):
    h, derivative = x, 1.0
    for _ in range(depth):
        derivative = derivative * w * (1 - h**2)
        h = np.tanh(w * h)
    return derivative
