"""One row for all runs."""

import pandas as pd


def quartile_band(runs, by):
    low, median, high = runs.accuracy.quantile([0.25, 0.5, 0.75])
    return pd.DataFrame({"low": [low], "median": [median], "high": [high]})
