"""Entries of the result."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):
    new = [w - rate * g for w, g in zip(weights, gradients, strict=True)]
    return [np.clip(w, -limit, limit) for w in new]
