"""Where nothing changes, the share is 0."""

import numpy as np


def share_of_gap(bad, good, run):
    lo, hi = np.median(run(bad)), np.median(run(good))
    return {k: (np.median(run({**bad, k: good[k]})) - lo) / (hi - lo) if bad[k] != good[k] else 0 for k in bad}
