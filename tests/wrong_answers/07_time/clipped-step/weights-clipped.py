"""The result is clipped."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):
    new = [w - rate * g for w, g in zip(weights, gradients, strict=True)]
    norm = np.sqrt(sum(np.sum(w**2) for w in new))
    return [w * min(1.0, limit / norm) for w in new]
