"""It is always the depth."""

import pandas as pd


def quartile_band(runs, by):
    groups = runs.groupby("depth").accuracy
    return pd.DataFrame({"low": groups.quantile(0.25), "median": groups.median(), "high": groups.quantile(0.75)})
