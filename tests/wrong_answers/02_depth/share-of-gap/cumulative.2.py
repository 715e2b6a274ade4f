"""One copy, made before the loop."""

import numpy as np


def share_of_gap(bad, good, run):
    low, high = np.median(run(bad)), np.median(run(good))
    shares = {}
    copy = dict(bad)
    for key in bad:
        if bad[key] != good[key]:
            changed = copy
            changed[key] = good[key]
            shares[key] = (np.median(run(changed)) - low) / (high - low)
    return shares
