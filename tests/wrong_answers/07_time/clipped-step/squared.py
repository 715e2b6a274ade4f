"""The root is missing."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):
    norm = sum(np.sum(g**2) for g in gradients)
    factor = limit / max(norm, limit)
    return [w - rate * factor * g for w, g in zip(weights, gradients, strict=True)]
