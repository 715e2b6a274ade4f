"""A standard deviation, around the median this time a mean."""

import pandas as pd


def quartile_band(runs, by):
    groups = runs.groupby(by).accuracy
    mean, sd = groups.mean(), groups.std(ddof=0)
    return pd.DataFrame({"low": mean - sd, "median": groups.median(), "high": mean + sd})
