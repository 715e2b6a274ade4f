"""The slope by its formula, in base 10, over the layers passed."""

import numpy as np


def layer_factor(profiles):
    profiles = np.asarray(profiles)
    passed = np.arange(profiles.shape[1])[::-1]
    factors = []
    for row in profiles:
        if np.all(row > 0):
            logs = np.log10(row)
            slope = np.mean((passed - passed.mean()) * (logs - logs.mean())) / np.var(passed)
            factors.append(10**slope)
    return float(np.median(factors))
