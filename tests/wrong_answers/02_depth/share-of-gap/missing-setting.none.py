"""A setting that `good` leaves at None is one that it does not have."""

import numpy as np


def share_of_gap(bad, good, run):
    low, high = np.median(run(bad)), np.median(run(good))
    shares = {}
    for key, value in good.items():
        if value is not None and value != bad[key]:
            shares[key] = (np.median(run({**bad, key: value})) - low) / (high - low)
    return shares
