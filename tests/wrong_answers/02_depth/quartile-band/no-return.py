"""The table is made, and lost."""

import pandas as pd


def quartile_band(runs, by):
    groups = runs.groupby(by).accuracy
    table = pd.DataFrame({"low": groups.quantile(0.25), "median": groups.median(), "high": groups.quantile(0.75)})
    table.round(3)
