"""The largest entry for the norm."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):
    norm = max(np.abs(g).max() for g in gradients)
    factor = limit / max(norm, limit)
    return [w - rate * factor * g for w, g in zip(weights, gradients, strict=True)]
