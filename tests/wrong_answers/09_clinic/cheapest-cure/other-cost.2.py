"""The cheapest run."""


def cheapest_cure(runs, level):
    healing = {
        change: group.updates.min()
        for change, group in runs.groupby("change")
        if (group.score >= level).mean() >= 0.9
    }
    return min(healing, key=healing.get) if healing else None
