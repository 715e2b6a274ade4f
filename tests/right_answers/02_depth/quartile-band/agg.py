"""All three at once, by name."""


def quartile_band(runs, by):
    return runs.groupby(by)["accuracy"].agg(
        low=lambda a: a.quantile(0.25), median="median", high=lambda a: a.quantile(0.75)
    )
