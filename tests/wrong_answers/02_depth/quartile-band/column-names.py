"""pandas's own names."""


def quartile_band(runs, by):
    return runs.groupby(by).accuracy.describe()[["25%", "50%", "75%"]]
