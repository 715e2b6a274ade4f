"""No chain rule at all: rise over run of the whole chain."""

import numpy as np


def chain(x, w, depth):
    return x if depth == 0 else chain(np.tanh(w * x), w, depth - 1)


def tanh_chain(x, w, depth):
    return (chain(x + 1e-6, w, depth) - chain(x - 1e-6, w, depth)) / 2e-6
