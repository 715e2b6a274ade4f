"""Nine in a hundred, by a slip of the pen."""


def cheapest_cure(runs, level):
    costs = {
        change: group.updates.median()
        for change, group in runs.groupby("change")
        if (group.score >= level).mean() >= 0.09
    }
    return min(costs, key=costs.get) if costs else None
