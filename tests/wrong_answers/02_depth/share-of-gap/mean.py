"""Means are good enough."""

import numpy as np


def share_of_gap(bad, good, run):
    low, high = np.mean(run(bad)), np.mean(run(good))
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            changed = dict(bad)
            changed[key] = good[key]
            shares[key] = (np.mean(run(changed)) - low) / (high - low)
    return shares
