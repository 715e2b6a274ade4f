def cheapest_cure(runs, level):
    good = {change: g.updates.median() for change, g in runs.groupby("change") if g.score.mean() >= level}
    return min(good, key=good.get) if good else None
