"""describe has them all."""


def quartile_band(runs, by):
    return runs.groupby(by).accuracy.describe()
