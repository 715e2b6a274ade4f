"""A share is a distance, so it has no sign."""

import numpy as np


def share_of_gap(bad, good, run):
    low, high = np.median(run(bad)), np.median(run(good))
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            shares[key] = abs(np.median(run({**bad, key: good[key]})) - low) / (high - low)
    return shares
