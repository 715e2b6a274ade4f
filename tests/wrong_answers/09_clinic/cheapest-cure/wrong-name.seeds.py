"""A change heals where it heals nine in ten of all seeds that stand in the table."""


def cheapest_cure(runs, level):
    good = runs[runs.score >= level].groupby("change").seed.nunique() / runs.seed.nunique()
    costs = runs.groupby("change").updates.median()[good[good >= 0.9].index]
    return costs.idxmin() if len(costs) else None
