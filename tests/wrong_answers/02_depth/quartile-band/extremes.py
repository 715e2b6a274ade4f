"""The band holds all runs."""

import pandas as pd


def quartile_band(runs, by):
    groups = runs.groupby(by).accuracy
    return pd.DataFrame({"low": groups.min(), "median": groups.median(), "high": groups.max()})
