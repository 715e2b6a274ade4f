"""Lesson 2, many seeds: the median and the quartiles of a sweep."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, near, off
from vgcourse.course.checks.exercise import Exercise, need_callable

quartile_band = Exercise(
    "quartile-band",
    points=2,
    title="median and quartiles of a sweep",
    answers=("quartile_band",),
    passed="Half of all runs end inside the band, a quarter below it and a quarter above. One run is one dot in it.",
    misses={
        "no-return": NO_RETURN.format(name="quartile_band"),
        "not-a-frame": "quartile_band gives back a pandas DataFrame, one row for each value of `by`; here it gives "
        "{found}.",
        "columns": "The columns should be called low, median and high; here they are {found}.",
        "one-band": "One band for all runs together. Each value of `by` should get a row of its own: group first.",
        "ignores-by": "Asked to group by {wanted}, it still groups by {found}. Use the argument `by`.",
        "swapped": "low lies above high: the lower quartile is the 25 % one.",
        "mean": "The middle is the mean here. One run that fails drags a mean far down; the median hardly notices.",
        "mean-sd": "This is the mean with a standard deviation to each side. An accuracy piles up below its "
        "ceiling, so that band reaches where no run ever ended.",
        "extremes": "This is the smallest and the largest run: a band that can only widen as you add seeds.",
        "other-shares": "low and high are not the quartiles: {share:.0%} of the runs lie inside. It should be half.",
        "wrong-values": "The largest difference is {off:.3g}, in the column {column}.",
    },
)
_COLUMNS = ["low", "median", "high"]


def _runs(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Runs in no order: unequal groups by depth and by width, accuracies that pile up below 1 with failures."""
    depth = rng.permutation(np.repeat([1, 2, 3, 5], rng.integers(21, 40, 4)))
    width = rng.permutation(np.resize([5, 25, 32], len(depth)))
    accuracy = 1 - rng.beta(1, 12, len(depth)) - 0.06 * depth * rng.random(len(depth)) - 0.002 * width
    accuracy[rng.random(len(depth)) < 0.15] -= 0.25
    names = np.array([f"net of {d} by {w}" for d, w in zip(depth, width, strict=True)])
    return {"id": names, "seed": np.arange(len(depth)), "depth": depth, "width": width, "accuracy": accuracy}


@quartile_band.observe
def observe_quartile_band(answer: Any, rng: np.random.Generator) -> Seen:
    import pandas as pd

    need_callable(answer)
    runs = pd.DataFrame(_runs(rng))
    return {by: _as_table(answer(runs.copy(), by)) for by in ("depth", "width")}


def _as_table(frame: Any) -> Any:
    if not (hasattr(frame, "columns") and hasattr(frame, "to_numpy")):
        return {"kind": type(frame).__name__}
    columns = [str(column) for column in frame.columns]
    if not set(_COLUMNS) <= set(columns):
        return {"columns": columns}
    # A grouping column that was made an ordinary one again is as good as an index.
    extra = [c for c in ("depth", "width", "id") if c in columns]
    index = frame[extra[0]] if extra else frame.index
    return {"index": [str(name) for name in index], "values": np.asarray(frame[_COLUMNS], float)}


@quartile_band.judge
def judge_quartile_band(seen: Seen, rng: np.random.Generator) -> Any:
    runs = _runs(rng)
    for by, table in seen.items():
        if problem := _judge_table(table, runs, by):
            return problem
    return None


def _judge_table(table: Any, runs: dict[str, np.ndarray], by: str) -> Any:
    if "kind" in table:
        found = f"a {table['kind']}"
        return "no-return" if table["kind"] == "NoneType" else ("not-a-frame", {"found": found})
    if "columns" in table:
        return "columns", {"found": ", ".join(table["columns"])}
    got, groups = table["values"], np.unique(runs[by])
    if set(table["index"]) == set(runs["id"]):
        return "ignores-by", {"wanted": by, "found": "id"}
    samples = [runs["accuracy"][runs[by] == group] for group in groups]
    if len(got) == len(groups) > 1 and near(got, got[:1].repeat(len(got), 0)):
        return "one-band"
    if len(got) != len(groups):
        return ("ignores-by", {"wanted": by, "found": "depth"}) if by == "width" and len(got) == 4 else "one-band"
    index = np.array([float(name) for name in table["index"]])
    if not np.array_equal(np.sort(index), groups):
        return "one-band"
    got = got[np.argsort(index)]
    if _are_quartiles(got, samples):
        return None
    return _name_band(got, samples)


def _are_quartiles(got: np.ndarray, samples: list[np.ndarray]) -> bool:
    """Whether these are quartiles by any usual definition: at most one run away from the textbook's place."""
    ranks = [np.searchsorted(np.sort(s), [row - 1e-4, row + 1e-4]) for s, row in zip(samples, got, strict=True)]
    places = [np.multiply(len(s) - 1, [0.25, 0.75]) for s in samples]
    return all(
        np.isclose(row[1], np.median(s), atol=1e-4)
        and np.all(first[[0, 2]] <= np.ceil(place) + 1)
        and np.all(last[[0, 2]] >= np.floor(place))
        for s, row, (first, last), place in zip(samples, got, ranks, places, strict=True)
    )


def _name_band(got: np.ndarray, samples: list[np.ndarray]) -> Any:
    def each(*statistics: Callable) -> np.ndarray:
        return np.array([[statistic(s) for statistic in statistics] for s in samples])

    q = each(*(lambda s, p=p: np.quantile(s, p) for p in (0.25, 0.5, 0.75)))
    if near(got, q[:, ::-1]):
        return "swapped"
    for ddof in (0, 1):
        mean, sd = each(np.mean)[:, 0], each(lambda s, ddof=ddof: s.std(ddof=ddof))[:, 0]
        if near(got[:, [0, 2]], np.stack([mean - sd, mean + sd], 1)):
            return "mean-sd"
    if near(got[:, 1], each(np.mean)[:, 0]):
        return "mean"
    if near(got[:, [0, 2]], each(np.min, np.max)):
        return "extremes"
    if near(got[:, 1], q[:, 1]):
        inside = np.mean(np.concatenate([(s >= a) & (s <= b) for s, (a, _, b) in zip(samples, got, strict=True)]))
        if abs(inside - 0.5) > 0.1:
            return "other-shares", {"share": float(inside)}
    worst = int(np.nanmax(np.abs(got - q), axis=0).argmax())
    return "wrong-values", {**off(got, q), "column": _COLUMNS[worst]}


@quartile_band.own_version
def own_quartile_band() -> Any:
    def quartile_band(runs, by):
        table = runs.groupby(by).accuracy.quantile([0.25, 0.5, 0.75]).unstack()
        return table.set_axis(["low", "median", "high"], axis=1)

    return quartile_band
