"""The best run in place of the median."""

import numpy as np


def share_of_gap(bad, good, run):
    low, high = np.max(run(bad)), np.max(run(good))
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            changed = dict(bad)
            changed[key] = good[key]
            shares[key] = (np.max(run(changed)) - low) / (high - low)
    return shares
