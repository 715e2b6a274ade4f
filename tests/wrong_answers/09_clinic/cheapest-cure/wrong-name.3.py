"""As if "nothing" could not be a change that heals."""


def cheapest_cure(runs, level):
    tried = runs[runs.change != "nothing"].groupby("change")
    healing = {change: group.updates.median() for change, group in tried if (group.score >= level).mean() >= 0.9}
    return min(healing, key=healing.get) if healing else None
