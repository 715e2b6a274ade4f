import numpy as np


def loss_scale(gradients, share):
    values = np.hstack([np.asarray(g, "float64").ravel() for g in gradients])
    there = np.count_nonzero(values)
    factor = 1
    while factor <= 2**40:
        half = np.float16(factor * values)
        if np.isinf(half).any():
            return None
        if there - np.count_nonzero(half) <= share * there:
            return factor
        factor *= 2
    return None
