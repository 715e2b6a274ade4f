"""Another level than the one that is given: nothing that a sentence could name."""


def cheapest_cure(runs, level):
    groups = runs.groupby("change")
    healing = {name: group.updates.median() for name, group in groups if (group.score >= 0.9).mean() >= 0.9}
    return min(healing, key=healing.get) if healing else None
