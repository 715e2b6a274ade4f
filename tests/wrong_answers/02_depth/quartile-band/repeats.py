"""Runs that end alike are dropped as if they were copies of one run."""

import pandas as pd


def quartile_band(runs, by):
    groups = runs.drop_duplicates([by, "accuracy"]).groupby(by).accuracy
    return pd.DataFrame({"low": groups.quantile(0.25), "median": groups.median(), "high": groups.quantile(0.75)})
