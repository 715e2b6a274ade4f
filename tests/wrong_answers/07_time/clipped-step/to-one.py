"""Length 1."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    factor = 1 / norm if norm > limit else 1.0
    return [w - rate * factor * g for w, g in zip(weights, gradients, strict=True)]
