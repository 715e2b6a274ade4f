"""Lesson 9, of several changes the cheapest that heals, from a table of runs."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, common_cause
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

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
            "You compare the median with the level: nearly half of the runs may then have failed.", share=0.5
        ),
        "every": Miss("You ask for every single seed. Nine in ten are enough.", share=0.5),
        "not-none": "Where no change heals, give back None, not {got}.",
        "dearest": "That is the dearest of those that heal.",
        "wrong-name": "For each change: which share of its runs reaches the level?",
    },
)
LEVEL, SHARE = 0.8, 0.9


def _tables(rng: np.random.Generator) -> list[Any]:
    """Tables in which each misreading chooses another change; in the last none heals."""
    fixed = np.random.default_rng(6)
    return [_table(fixed, 16), _table(rng, int(rng.integers(11, 30))), _table(fixed, 10), _none_heals(fixed)]


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


def _none_heals(rng: np.random.Generator) -> Any:
    return _frame(rng, {"rate": (_mixed(rng, 12, 8), 3.0), "epochs": (_mixed(rng, 12, 9), 9.0)}, {"enough": None})


def _mixed(rng: np.random.Generator, seeds: int, good: int, low: float = 0.4) -> np.ndarray:
    """So many runs reach the level, the others stay below; the first is one that does."""
    return np.where(np.arange(seeds) < good, rng.uniform(0.9, 0.95, seeds), rng.uniform(low, low + 0.1, seeds))


def _frame(rng: np.random.Generator, of: dict[str, tuple[np.ndarray, float]], names: dict) -> Any:
    import pandas as pd

    parts = [
        pd.DataFrame({"change": name, "seed": np.arange(len(scores)), "score": scores, "updates": cost})
        for name, (scores, cost) in of.items()
    ]
    table = pd.concat(parts).sample(frac=1, random_state=int(rng.integers(1000))).reset_index(drop=True)
    table.attrs["right"] = names["enough"]
    return table


@cheapest_cure.observe
def observe_cheapest_cure(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    found = []
    for table in _tables(rng):
        table.attrs = {}
        name = answer(table, LEVEL)
        found.append(None if name is None else str(name))
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
    if got[where] is not None and got[where] not in set(tables[where].change):
        return "not-a-name"
    if key := common_cause(got, slips, lambda mine, wrong: mine == wrong):
        return key, _fact(tables[where], got[where], wanted[where])
    if wanted[where] is None:
        return "not-none", {"got": str(got[where])[:40]}
    return "wrong-name", _fact(tables[where], got[where], wanted[where])


def _fact(table: Any, got: str | None, wanted: str | None) -> dict[str, str]:
    if got is None:
        return {"fact": f"In one table cheapest_cure gives None; wanted is {wanted!r}."}
    runs = table[table.change == got]
    good = int((runs.score >= LEVEL).sum())
    return {
        "fact": f"In one table you choose {got!r}: {good} of its {len(runs)} runs reach the level, at "
        f"{runs.updates.iloc[0]:.3g} updates; wanted is {wanted!r}."
    }


def _slips(table: Any) -> dict[str, list[str | None]]:
    """What each misreading chooses."""
    of = table.sort_values("seed").groupby("change")
    cost, mean, right = of.updates.median(), of.score.mean(), table.attrs["right"]
    reached = table.assign(good=table.score >= LEVEL).groupby("change").good.mean()

    def cheapest(good: Any) -> str | None:
        return cost[good].idxmin() if good.any() else None

    fitting = reached >= SHARE
    return {
        "best-score": [mean.idxmax(), of.score.median().idxmax()],
        "ignores-score": [cost.idxmin()],
        "one-seed": [cheapest(of.score.max() >= LEVEL), cheapest(of.score.first() >= LEVEL)],
        "mean": [cheapest(mean >= LEVEL)],
        "median": [cheapest(of.score.median() >= LEVEL)],
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
