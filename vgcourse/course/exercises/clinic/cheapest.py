"""Lesson 9, of several changes the cheapest that heals, from a table of runs."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, common_cause, shortened
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.checks.observation import as_text

cheapest_cure = Exercise(
    "cheapest-cure",
    points=2,
    title="the cheapest change that heals",
    answers=("cheapest_cure",),
    passed="It heals nearly every seed, and costs least of those that do.",
    misses={
        "no-return": "cheapest_cure gives back None for tables in which a change heals. Does it end with `return`?",
        "not-a-name": "cheapest_cure gives back the name of a change, one of those in the column `change`.",
        "best-score": "You choose the change with the best score. All that is wanted of a score is that it "
        "reaches the "
        "level; of those that do, take the cheapest.",
        "ignores-score": "That is the cheapest change of all, and it does not heal.",
        "one-seed": "You look at the best run, or the first, of each change. A change heals where it heals "
        "nearly every "
        "seed.",
        "mean": Miss(
            "You compare the mean of the scores with the level. Some runs far above it make up for others that have "
            "learned nothing.",
            share=0.5,
        ),
        "median": Miss(
            "Half of the runs, or nearly so, are enough for you, as where the median is compared with the level. "
            "Nine in ten should reach it.",
            share=0.5,
        ),
        "every": Miss("You ask for every single seed. Nine in ten are enough.", share=0.5),
        "more-than-nine": Miss("*Exactly* nine in ten of the runs are enough as well.", share=0.5),
        "fixed-level": Miss("You compare with 0.8, whatever `level` is.", share=0.5),
        "strict": Miss("A score of exactly the level counts as well: `level` or more.", share=0.5),
        "other-cost": Miss(
            "What a change costs is the *median* of `updates` over *all* its runs: not the mean, the sum, the least "
            "or the most, and not that of some of the runs.",
            share=0.5,
        ),
        "not-none": Miss("Where no change heals, give back None, not {got}.", share=0.5),
        "dearest": "That is the dearest of those that heal.",
        "wrong-name": "For each change: which share of its runs reaches the level?",
    },
)
LEVEL, LOWER, SHARE = 0.8, 0.5, 0.9


def _tables(rng: np.random.Generator) -> list[Any]:
    """Tables in which each misreading chooses another change; one in which none heals; then three plain ones.

    Of those one has scores at the level itself, one has runs of unequal cost, and one is healed by "nothing". In the
    last the changes have not as many runs: one heals a single run of twenty, one was tried twice with each seed, one
    heals 14 of 15 (less than 15 of 16), and costs differ behind the point.
    """
    fixed = np.random.default_rng(6)
    drawn = [_table(fixed, 16), _table(rng, int(rng.integers(11, 30))), _table(fixed, 10), _none_heals(fixed)]
    drawn[2] = _lowered(drawn[2])
    well, at_level = np.linspace(0.9, 0.95, 10), np.append(np.full(9, LEVEL), 0.3)
    costs = [20] * 4 + [36] * 4 + [300, 20]  # the last run fails
    plain = [
        {"enough": (at_level, 5.0), "more": (well, 8.0)},
        {
            "enough": (np.append(well[:9], 0.3), costs),
            "steady": (well, 30),
            "halves": (well + 0.01, [19] * 5 + [50] * 5),
            "once": (well + 0.02, [5] + [40] * 9),
        },
        {"enough": (well, 5.0), "more": (well + 0.01, 8.0), "dear": (well - 0.005, 20.0)},
        {
            "lone": (_mixed(fixed, 20, 1), 2.0),
            "twice": (_mixed(fixed, 10, 8), 4.0, np.arange(10) % 5),
            "enough": (_mixed(fixed, 15, 14), 6.25),
            "another rate": (_mixed(fixed, 16, 16), 6.75),
        },
    ]
    named = [{"enough": name} for name in ("change A", "change B", "nothing", "as it is")]
    return drawn + [
        _frame(fixed, {name.get(key, key): runs for key, runs in of.items()}, name)
        for of, name in zip(plain, named, strict=True)
    ]


def _table(rng: np.random.Generator, seeds: int) -> Any:
    """One row a run, shuffled. Costs rise from the lures to the cure; the best and the whole are dearer still."""
    few = max(1, int(np.floor(0.1 * seeds)))  # of this many the cure may fail
    scores = {
        "a hair better": rng.uniform(0.3, 0.6, seeds),
        "lucky": _mixed(rng, seeds, 2, low=0.4),
        "one half": _mixed(rng, seeds, seeds // 2 + 1, low=0.5),
        "most": _mixed(rng, seeds, seeds - few - 1, low=0.62),
        "enough": _mixed(rng, seeds, seeds - few, low=0.3),
        "all": rng.uniform(0.81, 0.9, seeds),
        "best": rng.uniform(0.96, 1, seeds),
    }
    costs = np.sort(rng.uniform(1, 60, len(scores)))
    names = dict(zip(scores, map(str, rng.permutation([f"change {letter}" for letter in "ABCDEFG"])), strict=True))
    return _frame(rng, {names[key]: (scores[key], cost) for key, cost in zip(scores, costs, strict=True)}, names)


def _lowered(table: Any) -> Any:
    """The same changes, measured by a score of which less is asked."""
    lower = table.assign(score=table.score - (LEVEL - LOWER))
    lower.attrs = {**table.attrs, "level": LOWER}
    return lower


def _none_heals(rng: np.random.Generator) -> Any:
    return _frame(rng, {"rate": (_mixed(rng, 12, 8), 3.0), "epochs": (_mixed(rng, 12, 9), 9.0)}, {"enough": None})


def _mixed(rng: np.random.Generator, seeds: int, good: int, low: float = 0.4) -> np.ndarray:
    """So many runs reach the level, the others stay below; the first is one that does."""
    return np.where(np.arange(seeds) < good, rng.uniform(0.9, 0.95, seeds), rng.uniform(low, low + 0.1, seeds))


def _frame(rng: np.random.Generator, of: dict[str, tuple], names: dict) -> Any:
    """A row for each run of every change → scores, costs, and seeds where they are not 0, 1, 2, …"""
    import pandas as pd

    parts = [
        pd.DataFrame({"change": name, "seed": [*seeds, np.arange(len(scores))][0], "score": scores, "updates": cost})
        for name, (scores, cost, *seeds) in of.items()
    ]
    table = pd.concat(parts).sample(frac=1, random_state=int(rng.integers(1000))).reset_index(drop=True)
    table.attrs = {"right": names["enough"], "level": LEVEL}
    return table


@cheapest_cure.observe
def observe_cheapest_cure(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    found = []
    for table in _tables(rng):
        level = table.attrs["level"]
        table.attrs = {}
        name = answer(table, level)
        found.append(None if name is None else as_text(name))
    return {"chosen": found}


@cheapest_cure.judge
def judge_cheapest_cure(seen: Seen, rng: np.random.Generator) -> Any:
    tables, got = _tables(rng), seen["chosen"]
    wanted = [table.attrs["right"] for table in tables]
    if got == wanted:
        return None
    if all(name is None for name in got):
        return "no-return"
    slips = [_slips(table) for table in tables]
    where = next(i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if g != w)
    if all(g == w for g, w in zip(got, wanted, strict=True) if w is not None):
        return "not-none", {"got": repr(shortened(str(got[where]), 40))}
    if got[where] is not None and got[where] not in set(tables[where].change):
        return "not-a-name", {"fact": f"In one table it is {shortened(got[where], 40)!r}."}
    if key := common_cause(got, slips, lambda mine, wrong: mine == wrong):
        return key, _fact(tables[where], got[where], wanted[where])
    if wanted[where] is None:
        return "wrong-name", {"fact": f"In one table no change heals, and you choose {got[where]!r}."}
    return "wrong-name", _fact(tables[where], got[where], wanted[where])


def _fact(table: Any, got: str | None, wanted: str | None) -> dict[str, str]:
    if got is None:
        return {"fact": f"In one table cheapest_cure gives None; wanted is {wanted!r}."}
    return {"fact": f"In one table you choose {_told(table, got)}; wanted is {_told(table, wanted)}."}


def _told(table: Any, change: str | None) -> str:
    """A change, and what the table says of it."""
    if change is None:
        return "None"
    runs = table[table.change == change]
    good = int((runs.score >= table.attrs["level"]).sum())
    return f"{change!r} ({good} of its {len(runs)} runs reach the level, at {runs.updates.median():.4g} updates)"


def _slips(table: Any) -> dict[str, list[str | None]]:
    """What each misreading chooses."""
    of = table.sort_values("seed").groupby("change")
    cost, mean, (right, level) = (
        of.updates.median(),
        of.score.mean(),
        (table.attrs[key] for key in ("right", "level")),
    )
    reached, above, fixed = (
        table.assign(good=good).groupby("change").good.mean()
        for good in (table.score >= level, table.score > level, table.score >= LEVEL)
    )
    healed = table[table.score >= level].groupby("change").updates.median()
    fitting = reached >= SHARE

    def cheapest(good: Any, cost: Any = cost) -> str | None:
        return cost[good].idxmin() if good.any() else None

    middle = of.score.median()
    others = [of.updates.mean(), of.updates.sum(), of.updates.min(), of.updates.max(), healed.reindex(cost.index)]
    others += [of.updates.quantile(0.5, interpolation=way) for way in ("lower", "higher")]
    return {
        "best-score": [score.idxmax() for score in (mean, middle)]
        + [score[fitting].idxmax() if fitting.any() else right for score in (mean, middle)],
        "ignores-score": [cost.idxmin(), of.updates.min().idxmin()],
        "one-seed": [
            cheapest(of.score.max() >= level),
            cheapest(of.score.first() >= level),
            cheapest(of.score.max() >= level, table[table.score >= level].groupby("change").updates.min()),
        ],
        "mean": [cheapest(mean >= level)],
        "median": [cheapest(middle >= level)],
        "more-than-nine": [cheapest(reached > SHARE + 1e-9)],
        "fixed-level": [cheapest(fixed >= SHARE)],
        "strict": [cheapest(above >= SHARE)],
        "other-cost": [cheapest(fitting, other) for other in others],
        "every": [cheapest(reached == 1)],
        "dearest": [cost[fitting].idxmax() if fitting.any() else right],
    }


@cheapest_cure.own_version
def own_cheapest_cure() -> Callable:
    def cheapest_cure(runs, level):
        healing = {
            change: group.updates.median()
            for change, group in runs.groupby("change")
            if np.mean(group.score >= level) >= 0.9
        }
        return min(healing, key=healing.get) if healing else None

    return cheapest_cure
