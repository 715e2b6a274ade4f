def cheapest_cure(runs, level):
    return runs.groupby("change").score.mean().idxmax()
