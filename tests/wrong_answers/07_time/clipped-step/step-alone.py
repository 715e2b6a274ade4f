"""Gives back what is to be subtracted."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [rate * limit / max(norm, limit) * g for g in gradients]
