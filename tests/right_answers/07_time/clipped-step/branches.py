"""By cases, a tuple."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):
    long = np.concatenate([np.ravel(g) for g in gradients])
    norm = np.linalg.norm(long)
    if norm > limit:
        gradients = [g / norm * limit for g in gradients]
    return tuple(w - rate * g for w, g in zip(weights, gradients, strict=True))
