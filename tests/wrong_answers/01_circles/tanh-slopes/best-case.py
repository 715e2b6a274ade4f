"""tanh's slope is 1 at best."""

import numpy as np


def tanh_chain(x, w, depth):
    return np.ones_like(x) * w**depth
