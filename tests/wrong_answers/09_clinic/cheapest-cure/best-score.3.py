"""Of the changes that heal, the one with the best score."""


def cheapest_cure(runs, level):
    groups = runs.groupby("change")
    healing = {name: group.score.median() for name, group in groups if (group.score >= level).mean() >= 0.9}
    return max(healing, key=healing.get) if healing else None
