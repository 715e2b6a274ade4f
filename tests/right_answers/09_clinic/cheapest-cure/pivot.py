def cheapest_cure(runs, level):
    share = (runs.score >= level).groupby(runs.change).mean()
    cost = runs.groupby("change").updates.median()
    able = cost[share[share >= 0.9].index]
    return None if able.empty else able.idxmin()
