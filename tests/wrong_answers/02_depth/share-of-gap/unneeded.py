"""Every setting is tried."""

import numpy as np


def share_of_gap(bad, good, run):
    low, high = np.median(run(bad)), np.median(run(good))
    shares = {}
    for key in bad:
        if key in good:
            changed = dict(bad)
            changed[key] = good[key]
            shares[key] = (np.median(run(changed)) - low) / (high - low)
    return shares
