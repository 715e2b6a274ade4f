"""The middle of a band is the mean."""

import pandas as pd


def quartile_band(runs, by):
    groups = runs.groupby(by).accuracy
    return pd.DataFrame({"low": groups.quantile(0.25), "median": groups.mean(), "high": groups.quantile(0.75)})
