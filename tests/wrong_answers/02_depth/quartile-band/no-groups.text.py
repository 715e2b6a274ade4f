"""Labels are text."""

import pandas as pd


def quartile_band(runs, by):
    g = runs.groupby(runs[by].astype(str)).accuracy
    return pd.DataFrame({"low": g.quantile(0.25), "median": g.median(), "high": g.quantile(0.75)})
