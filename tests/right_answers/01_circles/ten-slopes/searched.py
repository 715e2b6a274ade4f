"""No theory: the steepest slope is looked for on a grid, then multiplied in a loop."""

import numpy as np


def best_case(depth):
    z = np.linspace(-6, 6, 4001)
    s = 1 / (1 + np.exp(-z))
    product = np.float32(1)
    for _ in range(depth):
        product *= np.max(s * (1 - s)).astype("float32")
    return product
