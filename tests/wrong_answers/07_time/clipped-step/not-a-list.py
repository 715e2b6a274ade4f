"""The first array."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    factor = limit / max(norm, limit)
    return weights[0] - rate * factor * gradients[0]
