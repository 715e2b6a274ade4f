"""A row for low, one for the median, one for high."""

import pandas as pd


def quartile_band(runs, by):
    g = runs.groupby(by).accuracy
    return pd.DataFrame({"low": g.quantile(0.25), "median": g.median(), "high": g.quantile(0.75)}).T
