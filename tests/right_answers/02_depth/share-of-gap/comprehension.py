"""One expression, medians by sorting."""


def share_of_gap(bad, good, run):
    def median(setup):
        return sorted(float(a) for a in run(setup))[len(run(setup)) // 2]

    low, gap = median(bad), median(good) - median(bad)
    return {key: (median({**bad, key: value}) - low) / gap for key, value in good.items() if value != bad[key]}
