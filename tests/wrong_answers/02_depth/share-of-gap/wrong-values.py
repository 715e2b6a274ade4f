"""The share of the whole accuracy."""

import numpy as np


def share_of_gap(bad, good, run):
    high = np.median(run(good))
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            changed = dict(bad)
            changed[key] = good[key]
            shares[key] = np.median(run(changed)) / high
    return shares
