"""Python's own numbers; where nothing moves, the same list."""

import math


def clipped_step(weights, gradients, rate, limit):
    norm = math.sqrt(sum(float((g**2).sum()) for g in gradients))
    if norm == 0:
        return weights
    if norm > limit:
        gradients = [g * limit / norm for g in gradients]
    return tuple(w - rate * g for w, g in zip(weights, gradients, strict=True))
