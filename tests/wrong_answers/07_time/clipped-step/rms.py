"""The mean of squares."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):
    norm = np.sqrt(np.mean(np.concatenate([g.ravel() ** 2 for g in gradients])))
    factor = limit / max(norm, limit)
    return [w - rate * factor * g for w, g in zip(weights, gradients, strict=True)]
