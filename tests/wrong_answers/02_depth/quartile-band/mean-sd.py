"""Mean and standard deviation, as everywhere."""

import pandas as pd


def quartile_band(runs, by):
    groups = runs.groupby(by).accuracy
    mean, sd = groups.mean(), groups.std()
    return pd.DataFrame({"low": mean - sd, "median": mean, "high": mean + sd})
