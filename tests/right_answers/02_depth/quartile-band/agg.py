"""Named aggregation, the group as a column, one column more."""


def quartile_band(runs, by):
    return runs.groupby(by, as_index=False).agg(
        high=("accuracy", lambda s: s.quantile(0.75)),
        median=("accuracy", "median"),
        low=("accuracy", lambda s: s.quantile(0.25)),
        runs=("accuracy", "size"),
    )
