def cheapest_cure(runs, level):
    runs[runs.score >= level].groupby("change").updates.min().idxmin()
