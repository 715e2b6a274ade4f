"""Lesson 2, many seeds: the median and the quartiles of a sweep."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, fact, near, shortened, with_other_half, worst
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.checks.observation import with_article

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
        "column-names": Miss(
            "The numbers are right. But the columns should be called low, median and high; here they are {found}.",
            share=0.5,
        ),
        "turned": Miss(
            "The numbers are right. But the table is turned over: a row for each value of `by`, and the columns low, "
            "median and high.",
            share=0.5,
        ),
        "one-band": "One band for all runs together. Each value of `by` should get a row of its own: group first.",
        "left-out": "By {by} there are the groups {wanted}; your rows are {found}. Each group gets a row, a "
        "small one too.",
        "ignores-by": "Asked to group by {wanted}, it still groups by {found}. Use the argument `by`.",
        "no-index": Miss(
            "The numbers are right. But the rows are numbered 0, 1, 2: the groups should be the index, so that "
            ".loc finds them by name. (They stand in the column {by}; leave out reset_index.)",
            share=0.5,
        ),
        "no-groups": Miss(
            "The numbers are right. But the rows are called {found}: they should be called by their groups, "
            "{wanted}, so that .loc finds them. (groupby makes the groups the index, unless as_index=False.)",
            share=0.5,
        ),
        "swapped": Miss("low lies above high: the lower quartile is the 25 % one.", share=0.5),
        "mean": "The middle is the mean here. One run that fails drags a mean far down; the median hardly notices.",
        "mean-sd": "This is the mean with a standard deviation to each side. An accuracy piles up below its "
        "ceiling, so that band reaches where no run ever ended.",
        "extremes": "low and high are the smallest and the largest run: a band that can only widen as you add seeds.",
        "repeats": "You count each accuracy once. Two runs that end at the same one are two runs.",
        "other-shares": "{share:.0%} of the runs lie between your low and your high. It should be half.",
        "wrong-values": "Take one group, sort its accuracies, and find the values with a quarter, a half and three "
        "quarters of the runs below.",
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
    table = {"id": names, "seed": np.arange(len(depth)), "depth": depth, "width": width, "accuracy": accuracy}
    return table | {"loss": rng.random(len(depth))}


# Always tried: even and odd groups, a single run, numbers far from an accuracy's usual size, and runs that end alike.
_ALIKE = [0.9, 0.5, 0.5, 0.8, 0.5, 0.6, 0.9, 0.5]
FEW = {
    "id": np.array([f"net {i}" for i in range(20)]),
    "seed": np.arange(20),
    "depth": np.array([4, 4, 4, 4, 9, 9, 9, 9, 9, 9, 2, 2, *[7] * 8]),
    "width": np.array([8, 8, 8, 8, 8, 8, 8, 3, 3, 3, 3, 1, *[6] * 8]),
    "accuracy": np.array([0.1, 0.4, 0.5, 0.9, 0.0012, 0.0013, 0.0017, 0.0023, 0.0031, 0.0047, 0.7, 0.2, *_ALIKE]),
    "loss": np.linspace(3.0, 0.2, 20),
}


@quartile_band.observe
def observe_quartile_band(answer: Any, rng: np.random.Generator) -> Seen:
    import pandas as pd

    need_callable(answer)
    tables = {"drawn": _runs(rng), "few": FEW}
    return {
        f"{name} {by}": _as_table(answer(pd.DataFrame(runs), by), by)
        for name, runs in tables.items()
        for by in ("depth", "width")
    }


def _as_table(frame: Any, by: str) -> Any:
    if not (hasattr(frame, "columns") and hasattr(frame, "to_numpy")):
        return {"kind": type(frame).__name__}
    columns = [str(column) for column in frame.columns]
    if not set(_COLUMNS) <= set(columns):
        return {"columns": columns, **_under_other_names(frame)}
    # A grouping column that was made an ordinary one again is told from an index: rows are looked up by their group.
    ordinary = [c for c in ("depth", "width", "id") if c in columns]
    index = frame[ordinary[0]] if ordinary else frame.index
    return {
        "index": [str(name) for name in index],
        "text": [str(name) for name in index if isinstance(name, str)],  # .loc[2] finds no row that is called "2"
        "ordinary": ordinary[:1],
        "values": np.asarray(frame[_COLUMNS], float),
    }


def _under_other_names(frame: Any) -> dict[str, Any]:
    """What three columns of other names, or a table turned over, hold: it may be what is asked for."""
    import pandas as pd

    turned = [str(name) for name in frame.index] == _COLUMNS
    frame = frame.T if turned else frame
    if not isinstance(frame, pd.DataFrame) or frame.shape[1] != len(_COLUMNS):
        return {"turned": turned, "index": [], "values": None}
    numbers = frame.apply(pd.to_numeric, errors="coerce").to_numpy(float)
    return {"turned": turned, "index": [str(name) for name in frame.index], "values": numbers}


@quartile_band.judge
def judge_quartile_band(seen: Seen, rng: np.random.Generator) -> Any:
    drawn = {"drawn": _runs(rng), "few": FEW}
    cases = [(table, drawn[name.split()[0]], name.split()[1]) for name, table in seen.items()]
    found = [problem for case in cases if (problem := _judge_table(*case))]
    if found:
        # What is half right in one table and wrong in another is wrong.
        problem = min(found, key=lambda one: quartile_band.misses[one if isinstance(one, str) else one[0]].share)
        right = _right_columns(cases)
        return with_other_half(problem, len(right) == 2, f"{' and '.join(right)} are right.")
    return next((("no-index", {"by": by}) for table, _, by in cases if table["ordinary"]), None)


def _right_columns(cases: list[tuple]) -> list[str]:
    """The columns that are right in every table."""
    right = _COLUMNS
    for table, runs, by in cases:
        groups = np.unique(runs[by])
        order = None if "columns" in table else _order(table.get("index", []), groups)
        if order is None:
            return []
        rows = zip(table["values"][order], _samples(runs, by), strict=True)
        each = [dict(zip(_COLUMNS, _quartiles_of(row, s), strict=True)) for row, s in rows]
        right = [name for name in right if all(one[name] for one in each)]
    return right


def _samples(runs: dict[str, np.ndarray], by: str) -> list[np.ndarray]:
    return [runs["accuracy"][runs[by] == group] for group in np.unique(runs[by])]


def _judge_table(table: Any, runs: dict[str, np.ndarray], by: str) -> Any:
    if "kind" in table:
        found = with_article(table["kind"])
        return "no-return" if table["kind"] == "NoneType" else ("not-a-frame", {"found": found})
    got, groups, samples = table["values"], np.unique(runs[by]), _samples(runs, by)
    if "columns" in table:
        order = _order(table["index"], groups)
        right = order is not None and _are_quartiles(got[order], samples)
        key = ("turned" if table["turned"] else "column-names") if right else "columns"
        return key, {"found": shortened(", ".join(table["columns"]), 80)}
    if set(table["index"]) == set(runs["id"]):
        return "ignores-by", {"wanted": by, "found": "id"}
    if len(got) == len(groups) > 1 and near(got, got[:1].repeat(len(got), 0)):
        return "one-band"
    if len(got) != len(groups):
        return _other_rows(table["index"], runs, by)
    order = _order(table["index"], groups)
    got = got if order is None else got[order]
    if _are_quartiles(got, samples):
        names = [repr(name) if name in table["text"] else name for name in table["index"]]
        return None if order is not None and not table["text"] else ("no-groups", _called(names, groups))
    key, fields = _name_band(got, samples)
    return key, {**fields, **_at_worst(got, samples, by, groups)}


def _other_rows(index: list[str], runs: dict[str, np.ndarray], by: str) -> Any:
    """What a table shows that has not one row a group."""
    other = "depth" if by == "width" else "width"
    if len(index) == 1:
        return "one-band"
    if set(index) < set(map(str, np.unique(runs[by]))):
        return "left-out", {"by": by, **_called(index, np.unique(runs[by]))}
    if len(index) == len(np.unique(runs[other])):
        return "ignores-by", {"wanted": by, "found": other}
    return "left-out", {"by": by, **_called(index, np.unique(runs[by]))}


def _at_worst(got: np.ndarray, samples: list[np.ndarray], by: str, groups: np.ndarray) -> dict[str, str]:
    wanted = np.array([np.quantile(s, (0.25, 0.5, 0.75)) for s in samples])
    (row, column), mine, right = worst(got, wanted)
    return fact(f"For {by} {groups[row]}, {len(samples[row])} runs, {_COLUMNS[column]}", mine, right)


def _order(index: list[str], groups: np.ndarray) -> np.ndarray | None:
    """The rows in the order of the groups; None where they are not called by them."""
    try:
        names = np.array([float(name) for name in index])
    except ValueError:
        return None
    return np.argsort(names) if np.array_equal(np.sort(names), groups) else None


def _called(index: list[str], groups: np.ndarray) -> dict[str, str]:
    return {"found": shortened(", ".join(index), 60), "wanted": ", ".join(map(str, groups))}


def _are_quartiles(got: np.ndarray, samples: list[np.ndarray]) -> bool:
    """Whether these are medians, and quartiles by any usual definition."""
    return all(all(_quartiles_of(row, s)) for s, row in zip(samples, got, strict=True))


def _quartiles_of(row: np.ndarray, sample: np.ndarray) -> tuple[bool, bool, bool]:
    """Whether low, median and high are those of the sample, each by itself."""
    median = bool(np.isclose(row[1], np.median(sample), rtol=1e-5, atol=1e-7))
    ordered = np.sort(sample)
    return _is_quantile(row[0], ordered, 0.25), median, _is_quantile(row[2], ordered, 0.75)


def _is_quantile(got: float, ordered: np.ndarray, share: float) -> bool:
    """By a definition of NumPy's: they differ in how they go between two neighbouring runs."""
    return any(np.isclose(got, np.quantile(ordered, share, method=m), rtol=1e-5, atol=1e-7) for m in METHODS)


METHODS = ("linear", "lower", "higher", "midpoint", "nearest", "inverted_cdf", "averaged_inverted_cdf", "hazen")
METHODS += ("weibull", "median_unbiased", "normal_unbiased", "closest_observation", "interpolated_inverted_cdf")


def _name_band(got: np.ndarray, samples: list[np.ndarray]) -> Any:
    def each(*statistics: Callable) -> np.ndarray:
        return np.array([[statistic(s) for statistic in statistics] for s in samples])

    q = each(*(lambda s, p=p: np.quantile(s, p) for p in (0.25, 0.5, 0.75)))
    if _are_quartiles(got, [np.unique(s) for s in samples]):
        return "repeats", {}
    if near(got, q[:, ::-1]):
        return "swapped", {}
    for ddof in (0, 1):
        mean, sd = each(np.mean)[:, 0], each(lambda s, ddof=ddof: s.std(ddof=ddof))[:, 0]
        if near(got[:, [0, 2]], np.stack([mean - sd, mean + sd], 1)):
            return "mean-sd", {}
    if near(got[:, 1], each(np.mean)[:, 0]):
        return "mean", {}
    if near(got[:, [0, 2]], each(np.min, np.max)):
        return "extremes", {}
    if near(got[:, 1], q[:, 1]):
        inside = np.mean(np.concatenate([(s >= a) & (s <= b) for s, (a, _, b) in zip(samples, got, strict=True)]))
        if abs(inside - 0.5) > 0.1:
            return "other-shares", {"share": float(inside)}
    return "wrong-values", {}


@quartile_band.own_version
def own_quartile_band() -> Any:
    def quartile_band(runs, by):
        table = runs.groupby(by).accuracy.quantile([0.25, 0.5, 0.75]).unstack()
        return table.set_axis(["low", "median", "high"], axis=1)

    return quartile_band
