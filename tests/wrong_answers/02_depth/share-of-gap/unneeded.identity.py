"""`is not` asks whether two values differ."""

import numpy as np


def share_of_gap(bad, good, run):
    lo, hi = np.median(run(bad)), np.median(run(good))
    return {k: (np.median(run({**bad, k: good[k]})) - lo) / (hi - lo) for k in bad if bad[k] is not good[k]}
