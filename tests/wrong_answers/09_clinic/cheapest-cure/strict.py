"""Exactly the level does not count."""


def cheapest_cure(runs, level):
    healing = {
        change: group.updates.median()
        for change, group in runs.groupby("change")
        if (group.score > level).mean() >= 0.9
    }
    return min(healing, key=healing.get) if healing else None
