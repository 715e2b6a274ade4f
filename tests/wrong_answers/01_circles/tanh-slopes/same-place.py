"""All layers are alike, so all slopes are."""

import numpy as np


def tanh_chain(x, w, depth):
    return (w * (1 - np.tanh(w * x) ** 2)) ** depth
