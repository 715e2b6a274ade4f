def cheapest_cure(runs, level):
    good = runs.groupby("change").score.apply(lambda s: (s >= level).mean() >= 0.9)
    return list(good.index[good])
