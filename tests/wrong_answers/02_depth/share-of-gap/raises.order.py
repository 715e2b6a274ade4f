"""Both dictionaries list their settings in one order."""

import numpy as np


def share_of_gap(bad, good, run):
    lo, hi = np.median(run(bad)), np.median(run(good))
    return {
        k: (np.median(run({**bad, k: v})) - lo) / (hi - lo)
        for (k, u), v in zip(bad.items(), good.values(), strict=True)
        if u != v
    }
