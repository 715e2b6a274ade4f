"""The gain in accuracy."""

import numpy as np


def share_of_gap(bad, good, run):
    low = np.median(run(bad))
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            changed = dict(bad)
            changed[key] = good[key]
            shares[key] = np.median(run(changed)) - low
    return shares
