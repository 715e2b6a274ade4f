"""The groups made an ordinary column."""

import pandas as pd


def quartile_band(runs, by):
    accuracy = runs.groupby(by).accuracy
    low, high = accuracy.quantile(0.25), accuracy.quantile(0.75)
    return pd.DataFrame({"low": low, "median": accuracy.median(), "high": high}).reset_index()
