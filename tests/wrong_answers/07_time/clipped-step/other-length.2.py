"""The sum of the absolute values."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):
    length = sum(np.abs(g).sum() for g in gradients)
    factor = limit / max(length, limit)
    return [w - rate * factor * g for w, g in zip(weights, gradients, strict=True)]
