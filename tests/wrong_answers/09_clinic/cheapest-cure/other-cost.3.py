"""The median of those runs that learned."""


def cheapest_cure(runs, level):
    healing = {
        change: group.updates[group.score >= level].median()
        for change, group in runs.groupby("change")
        if (group.score >= level).mean() >= 0.9
    }
    return min(healing, key=healing.get) if healing else None
