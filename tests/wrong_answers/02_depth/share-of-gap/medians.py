"""The median after the change says it all."""

import numpy as np


def share_of_gap(bad, good, run):
    run(bad)
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            changed = dict(bad)
            changed[key] = good[key]
            shares[key] = np.median(run(changed))
    return shares
