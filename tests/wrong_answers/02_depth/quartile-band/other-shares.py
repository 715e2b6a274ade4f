"""The middle 80 %."""

import pandas as pd


def quartile_band(runs, by):
    groups = runs.groupby(by).accuracy
    return pd.DataFrame({"low": groups.quantile(0.1), "median": groups.median(), "high": groups.quantile(0.9)})
