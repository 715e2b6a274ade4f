"""Always, and 0 / 0 besides."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    with np.errstate(all="ignore"):
        factor = limit / norm
    return [w - rate * factor * g for w, g in zip(weights, gradients, strict=True)]
