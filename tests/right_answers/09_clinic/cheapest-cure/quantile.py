def cheapest_cure(runs, level):
    for _, group in sorted(runs.groupby("change"), key=lambda pair: pair[1].updates.median()):
        failed = int((group.score < level).sum())
        if 10 * failed <= len(group):
            return group.change.iloc[0]
    return None
