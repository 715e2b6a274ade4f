"""The good one with one setting of the bad one."""

import numpy as np


def share_of_gap(bad, good, run):
    low, high = np.median(run(bad)), np.median(run(good))
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            changed = dict(good)
            changed[key] = bad[key]
            shares[key] = (np.median(run(changed)) - low) / (high - low)
    return shares
