"""A share lies between 0 and 1."""

import numpy as np


def share_of_gap(bad, good, run):
    low, high = np.median(run(bad)), np.median(run(good))
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            shares[key] = max(0, min(1, (np.median(run({**bad, key: good[key]})) - low) / (high - low)))
    return shares
