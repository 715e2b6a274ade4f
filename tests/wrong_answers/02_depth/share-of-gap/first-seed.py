"""One run will do."""


def share_of_gap(bad, good, run):
    low, high = run(bad)[0], run(good)[0]
    shares = {}
    for key in bad:
        if bad[key] != good[key]:
            changed = dict(bad)
            changed[key] = good[key]
            shares[key] = (run(changed)[0] - low) / (high - low)
    return shares
