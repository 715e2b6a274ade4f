"""At most one of sixteen may fail."""


def cheapest_cure(runs, level):
    costs = {
        change: group.updates.median()
        for change, group in runs.groupby("change")
        if (group.score >= level).mean() >= 15 / 16
    }
    return min(costs, key=costs.get) if costs else None
