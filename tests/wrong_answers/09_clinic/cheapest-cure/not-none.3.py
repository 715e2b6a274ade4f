"""Where nothing heals, there is no name to give: an empty text."""


def cheapest_cure(runs, level):
    good = runs.groupby("change").score.apply(lambda scores: (scores >= level).mean() >= 0.9)
    costs = runs.groupby("change").updates.median()[good]
    return costs.idxmin() if len(costs) else ""
