def cheapest_cure(runs, level):
    good = runs[runs.score >= level]
    return good.sort_values("updates").change.iloc[0]
