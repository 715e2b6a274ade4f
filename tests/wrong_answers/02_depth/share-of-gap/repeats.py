"""Runs bad and good again for every setting."""

import numpy as np


def share_of_gap(bad, good, run):
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            low, high = np.median(run(bad)), np.median(run(good))
            shares[key] = (np.median(run({**bad, key: good[key]})) - low) / (high - low)
    return shares
