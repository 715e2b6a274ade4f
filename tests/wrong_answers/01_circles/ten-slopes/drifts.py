"""The best case is a chain that starts at 0."""

import numpy as np


def best_case(depth):
    h, product = 0, 1
    for _ in range(depth):
        h = 1 / (1 + np.exp(-h))
        product = product * h * (1 - h)
    return product
