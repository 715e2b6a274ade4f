"""The mean of the updates."""


def cheapest_cure(runs, level):
    healing = {
        change: group.updates.mean()
        for change, group in runs.groupby("change")
        if (group.score >= level).mean() >= 0.9
    }
    return min(healing, key=healing.get) if healing else None
