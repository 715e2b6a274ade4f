"""Python's own division by 0, which stops."""

import math


def clipped_step(weights, gradients, rate, limit):
    norm = math.sqrt(sum(float((g**2).sum()) for g in gradients))
    factor = min(1, limit / norm)
    return [w - rate * factor * g for w, g in zip(weights, gradients, strict=True)]
