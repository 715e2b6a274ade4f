"""The lesson's level is written into the function."""


def cheapest_cure(runs, level):
    groups = runs.groupby("change")
    healing = {name: group.updates.median() for name, group in groups if (group.score >= 0.8).mean() >= 0.9}
    return min(healing, key=healing.get) if healing else None
