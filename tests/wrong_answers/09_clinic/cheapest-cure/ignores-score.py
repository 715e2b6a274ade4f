def cheapest_cure(runs, level):
    return runs.sort_values("updates").change.iloc[0]
