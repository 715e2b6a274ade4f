"""The upper quartile is the best quarter, so 25 %."""

import pandas as pd


def quartile_band(runs, by):
    groups = runs.groupby(by).accuracy
    return pd.DataFrame({"low": groups.quantile(0.75), "median": groups.median(), "high": groups.quantile(0.25)})
