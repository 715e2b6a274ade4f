"""The groups are nowhere: as_index=False, and then the bare columns."""

import pandas as pd


def quartile_band(runs, by):
    groups = runs.groupby(by, as_index=False).accuracy
    low, high = groups.quantile(0.25).accuracy, groups.quantile(0.75).accuracy
    return pd.DataFrame({"low": low, "median": groups.median().accuracy, "high": high})
