"""Changes bad and puts it right again; arrays of one number."""

import numpy as np


def share_of_gap(bad, good, run):
    results = {}
    medians = [np.median(run(setup)) for setup in (bad, good)]
    for setting in good:
        before = bad[setting]
        if before == good[setting]:
            continue
        bad[setting] = good[setting]
        results[setting] = np.array((np.median(run(bad)) - medians[0]) / np.subtract(*medians[::-1]))
        bad[setting] = before
    return results
