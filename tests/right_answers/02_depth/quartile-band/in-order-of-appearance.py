"""Groups in the order in which they appear."""

import pandas as pd


def quartile_band(runs, by):
    g = runs.groupby(by, sort=False).accuracy
    return pd.DataFrame({"low": g.quantile(0.25), "median": g.median(), "high": g.quantile(0.75)})
