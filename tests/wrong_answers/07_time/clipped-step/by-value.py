"""Entry by entry."""

import numpy as np


def clipped_step(weights, gradients, rate, limit):

    return [w - rate * np.clip(g, -limit, limit) for w, g in zip(weights, gradients, strict=True)]
