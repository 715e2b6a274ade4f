"""One expression, medians of the standard library."""

import statistics


def share_of_gap(bad, good, run):
    def median(setup):
        return statistics.median(float(a) for a in run(setup))

    low, gap = median(bad), median(good) - median(bad)
    return {key: (median({**bad, key: value}) - low) / gap for key, value in good.items() if value != bad[key]}
