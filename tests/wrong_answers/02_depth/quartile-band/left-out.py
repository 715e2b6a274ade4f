"""Two runs are too few for quartiles."""

import pandas as pd


def quartile_band(runs, by):
    g = runs.groupby(by).filter(lambda d: len(d) > 2).groupby(by).accuracy
    return pd.DataFrame({"low": g.quantile(0.25), "median": g.median(), "high": g.quantile(0.75)})
