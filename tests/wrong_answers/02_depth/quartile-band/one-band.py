"""Quartiles of all runs, written into every row."""

import pandas as pd


def quartile_band(runs, by):
    low, median, high = runs.accuracy.quantile([0.25, 0.5, 0.75])
    return pd.DataFrame({"low": low, "median": median, "high": high}, index=runs[by].unique())
