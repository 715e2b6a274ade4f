"""Updates are whole numbers, and so is their median."""


def cheapest_cure(runs, level):
    costs = {
        change: int(group.updates.median())
        for change, group in runs.groupby("change")
        if (group.score >= level).mean() >= 0.9
    }
    return min(costs, key=costs.get) if costs else None
