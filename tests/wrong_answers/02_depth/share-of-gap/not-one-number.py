"""Believes that a list of one number is as good as the number."""

import numpy as np


def share_of_gap(bad, good, run):
    low, high = np.median(run(bad)), np.median(run(good))
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            shares.setdefault(key, []).append((np.median(run({**bad, key: good[key]})) - low) / (high - low))
    return shares
