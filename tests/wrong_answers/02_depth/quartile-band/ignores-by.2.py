"""The column that the lesson groups by is written into the function."""

import pandas as pd


def quartile_band(runs, by):
    groups = runs.groupby("id").accuracy
    return pd.DataFrame({"low": groups.quantile(0.25), "median": groups.median(), "high": groups.quantile(0.75)})
