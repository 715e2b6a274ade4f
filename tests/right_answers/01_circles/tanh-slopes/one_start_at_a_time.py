"""A loop over starts, and a list of numbers."""

import math


def tanh_chain(x, w, depth):
    derivatives = []
    for h in x:
        product = 1.0
        for _ in range(depth):
            h = math.tanh(w * h)
            product *= w * (1 - h * h)
        derivatives.append(product)
    return derivatives
