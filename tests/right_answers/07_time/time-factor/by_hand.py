"""The formula of the slope, powers of two."""

import numpy as np


def time_factor(profile):
    points = [(t, np.log2(p)) for t, p in enumerate(profile[:-10]) if p > 0]
    t, y = (np.array(column) for column in zip(*points, strict=True))
    slope = np.sum((t - t.mean()) * (y - y.mean())) / np.sum((t - t.mean()) ** 2)
    return float(2.0**-slope)
