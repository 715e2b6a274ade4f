"""Nine in ten of a change's seeds must have a run that reaches the level."""


def cheapest_cure(runs, level):
    def heals(group):
        return group[group.score >= level].seed.nunique() / group.seed.nunique() >= 0.9

    costs = {change: group.updates.median() for change, group in runs.groupby("change") if heals(group)}
    return min(costs, key=costs.get) if costs else None
