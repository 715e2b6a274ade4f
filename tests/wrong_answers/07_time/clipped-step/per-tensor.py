"""Each by its own norm."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):

    return [w - rate * g * limit / max(np.linalg.norm(g), limit) for w, g in zip(weights, gradients, strict=True)]
