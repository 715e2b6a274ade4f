"""Three series, side by side."""


def quartile_band(runs, by):
    groups = runs.groupby(by).accuracy
    return groups.quantile(0.25), groups.median(), groups.quantile(0.75)
