"""One factor per layer is the answer."""

import numpy as np


def best_case(depth):
    return np.full(depth + 1, 0.25)
