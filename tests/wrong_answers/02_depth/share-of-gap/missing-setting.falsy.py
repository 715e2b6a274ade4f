"""A setting that is switched off is no setting."""

import numpy as np


def share_of_gap(bad, good, run):
    lo, hi = np.median(run(bad)), np.median(run(good))
    return {k: (np.median(run({**bad, k: good[k]})) - lo) / (hi - lo) for k in bad if good[k] and bad[k] != good[k]}
