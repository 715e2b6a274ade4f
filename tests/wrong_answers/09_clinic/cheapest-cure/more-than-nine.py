"""More than nine in ten."""


def cheapest_cure(runs, level):
    share = (runs.score >= level).groupby(runs.change).mean()
    cost = runs.groupby("change").updates.median()[share > 0.9]
    return cost.idxmin() if len(cost) else None
