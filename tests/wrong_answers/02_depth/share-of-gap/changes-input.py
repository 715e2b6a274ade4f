"""Changes bad itself, and puts only its last setting right."""

import numpy as np


def share_of_gap(bad, good, run):
    low, high = np.median(run(bad)), np.median(run(good))
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            before = bad[key]
            bad[key] = good[key]
            shares[key] = (np.median(run(bad)) - low) / (high - low)
        if key in shares and len(shares) < 3:
            bad[key] = before
    return shares
