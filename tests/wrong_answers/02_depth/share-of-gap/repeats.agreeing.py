"""Try every setting, and keep those that differ."""

import numpy as np


def share_of_gap(bad, good, run):
    lo, hi = np.median(run(bad)), np.median(run(good))
    s = {k: (np.median(run({**bad, k: good[k]})) - lo) / (hi - lo) for k in bad}
    return {k: v for k, v in s.items() if bad[k] != good[k]}
