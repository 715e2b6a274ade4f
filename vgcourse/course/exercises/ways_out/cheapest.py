"""Lesson 8, the cheapest cure: chosen by a sweep over cures, budgets and seeds, with the sweep's own bill."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_number, close, fact, with_other_half
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.checks.observation import as_text
from vgcourse.course.exercises.ways_out.market import SURE, TARGET, Market, draw

cheapest_cure = Exercise(
    "cheapest-way",
    points=3,
    title="the cheapest cure, from a sweep",
    answers=("cheapest_cure",),
    passed="A choice that can be defended: how often it works, what it costs, and what it cost to find out.",
    misses={
        "no-return": NO_RETURN.format(name="cheapest_cure"),
        "not-three": "cheapest_cure gives back three things, in this order: the choice, the table of shares, what "
        "the sweep cost.",
        "table-shape": "The table has a row for each cure and a column for each budget, {wanted}; yours has {got}.",
        "strict": Miss("An accuracy that is *exactly* the target reaches it.", share=1 / 3),
        "fixed-target": Miss("You compare with 0.95, whatever `target` is.", share=1 / 3),
        "one-seed": "Those shares come from one seed.",
        "means": "The table holds accuracies. Asked for are shares: how many of the seeds reach the target.",
        "counts": Miss("The table holds counts; divide by the number of seeds.", share=1 / 3),
        "wrong-table": "An entry is the share of the seeds whose accuracy is the target or more.",
        "not-a-choice": Miss(
            "The table is right. The choice is a pair, (cure, budget), or None where nothing serves.", share=1 / 3
        ),
        "nothing-serves": Miss(
            "The table is right. Where no cure reaches the target in nine of ten seeds, the choice is None.",
            share=1 / 3,
        ),
        "should-serve": Miss("The table is right. But something serves, and your choice is None.", share=1 / 3),
        "half-is-enough": Miss(
            "The table is right. You take a cure that works for half of the seeds: a coin toss.", share=1 / 3
        ),
        "all-or-none": Miss("The table is right. You ask for *every* seed; nine of ten are enough.", share=1 / 3),
        "more-than-nine": Miss(
            "The table is right. A cure with which *exactly* nine of ten seeds reach the target is sure enough, too.",
            share=1 / 3,
        ),
        "whatever-it-does": Miss(
            "The table is right. You take the cheapest of all, whether it works or not.", share=1 / 3
        ),
        "any-is-enough": Miss("The table is right. You take a cure that works for one seed.", share=1 / 3),
        "shortest": Miss(
            "The table is right. That is the choice with the fewest epochs; epochs do not cost the same "
            "for every cure.",
            share=1 / 3,
        ),
        "surest": Miss(
            "The table is right. That is the choice with the largest share; asked for is the cheapest that "
            "is sure enough.",
            share=1 / 3,
        ),
        "last-of-equals": Miss(
            "The table is right. Of choices that cost the same you take the last; asked for is the first.",
            share=1 / 3,
        ),
        "per-success": Miss(
            "The table is right. You divide the cost by the share; asked for is the cheapest run among those that "
            "are sure enough.",
            share=1 / 3,
        ),
        "wrong-choice": Miss(
            "The table is right. The choice is the cheapest pair of those with a share of at least nine tenths.",
            share=1 / 3,
        ),
        "one-run": Miss(
            "Choice and table are right. The sweep trained every cure with every budget for *all* seeds.", share=2 / 3
        ),
        "chosen-alone": Miss(
            "Choice and table are right. You count what the chosen cure cost; the sweep tried them all.", share=2 / 3
        ),
        "trained-again": Miss(
            "Choice and table are right, and so is the bill for {wanted} runs. But `trained` was called {got} times: "
            "train each run once, and keep what came out.",
            share=2 / 3,
        ),
        "wrong-bill": Miss(
            "Choice and table are right. Each pair of cure and budget is paid for once a seed.", share=2 / 3
        ),
    },
)


@cheapest_cure.observe
def observe_cheapest_cure(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    markets = draw(rng)
    return {"found": [_plain(_asked(answer, market)) for market in markets], "calls": [m.calls for m in markets]}


def _asked(answer: Any, market: Market) -> Any:
    return answer(market.trained, market.cost, market.cures, market.budgets, market.seeds, market.target)


def _plain(found: Any) -> Any:
    if not isinstance(found, (list, tuple)) or len(found) != 3:
        return None if found is None else "other"
    choice, table, spent = found
    try:
        return [_pair(choice), np.asarray(table, float), as_number(spent)]
    except (TypeError, ValueError):  # no table of numbers there: another order of the three
        return "other"


def _pair(choice: Any) -> Any:
    """[cure, budget], None, or in words what is neither."""
    if choice is None:
        return None
    try:
        cure, budget = choice if isinstance(choice, (list, tuple, np.ndarray)) else ()
        return [str(cure), int(budget) if float(budget).is_integer() else float(budget)]
    except (TypeError, ValueError):
        return as_text(choice)


@cheapest_cure.judge
def judge_cheapest_cure(seen: Seen, rng: np.random.Generator) -> Any:
    markets, got = draw(rng), seen["found"]
    if any(isinstance(found, str) for found in got):
        return "not-three"
    if any(found is None for found in got):
        return "no-return"
    tables, choices, bills = ([found[i] for found in got] for i in (1, 0, 2))
    table, choice, off = _judge_tables(tables, markets), _judge_choices(choices, markets), _bill_off(bills, markets)
    if table:
        return with_other_half(table, choice is off is None, "Choice and bill are right.")
    if choice:
        return with_other_half(choice, off is None, "The bill is right as well.")
    return _judge_calls(seen["calls"], markets) if off is None else _judge_bills(bills, off, choices, markets)


def _judge_tables(tables: list, markets: list[Market]) -> Any:
    for table, market in zip(tables, markets, strict=True):
        if np.shape(table) != market.shares().shape:
            return "table-shape", {"wanted": str(market.shares().shape), "got": str(np.shape(table))}
    readings = {
        "strict": [np.mean(m.accuracy > m.target, axis=2) for m in markets],
        "fixed-target": [np.mean(m.accuracy >= TARGET, axis=2) for m in markets],
        "one-seed": [np.array(m.accuracy[:, :, i] >= m.target, float) for i in (0, -1) for m in markets],
        "means": [summary(m.accuracy, axis=2) for summary in (np.mean, np.median) for m in markets],
        "counts": [m.shares() * len(m.seeds) for m in markets],
    }
    off = next((i for i, m in enumerate(markets) if not close(tables[i], m.shares(), 1e-5, 1e-6)), None)
    if off is None:
        return None
    told = _first_off(tables[off], markets[off])
    for key, wrong in readings.items():
        thrice = [wrong[i : i + len(markets)] for i in range(0, len(wrong), len(markets))]
        if any(all(close(t, w, 1e-5, 1e-6) for t, w in zip(tables, of, strict=True)) for of in thrice):
            return key, told
    return "wrong-table", told


def _first_off(table: np.ndarray, market: Market) -> dict[str, str]:
    wanted = market.shares()
    cure, budget = np.argwhere(~np.isclose(table, wanted, 1e-5, 1e-6))[0]
    place = f"With {market.cures[cure]!r} and {market.budgets[budget]} epochs your table"
    return fact(place, float(table[cure, budget]), float(wanted[cure, budget]))


def _judge_choices(choices: list, markets: list[Market]) -> Any:
    wanted = [m.choice() for m in markets]
    if choices == wanted:
        return None
    if any(not (c is None or (isinstance(c, list) and len(c) == 2)) for c in choices):
        return "not-a-choice"
    serving = [i for i, w in enumerate(wanted) if w is not None]
    off = next((i for i in serving if choices[i] != wanted[i]), None)
    if off is None:
        return "nothing-serves"
    market, mine, its = markets[off], choices[off], wanted[off]
    if mine is not None and (mine[0] not in market.cures or mine[1] not in market.budgets):
        return "not-a-choice"
    told = {"fact": f"You choose {_named(mine, market)}; {_named(its, market)} serves."}
    for key, made in _READINGS.items():
        if any(all(choices[i] == of[i] for i in serving) for of in zip(*map(made, markets), strict=True)):
            return key, told
    return ("should-serve" if mine is None else "wrong-choice"), told


def _named(pair: list | None, market: Market) -> str:
    return "None" if pair is None else f"{pair[0]!r} for {pair[1]} epochs (cost {market.cost(*pair):.4g})"


def _sure(market: Market) -> np.ndarray:
    return market.shares() >= SURE - 1e-9


def _surest(market: Market) -> list[Any]:
    """Of those with the largest share the cheapest, the first, the last."""
    best, alike = market.shares() == market.shares().max(), np.zeros(market.price.shape)
    return [market.choose(best, market.price), *(market.choose(best, alike, last) for last in (False, True))]


def _shortest(market: Market) -> list[Any]:
    """Of those with the fewest epochs the first, the cheapest, and of these the first by its name."""
    sure = [[market.cures[i], market.budgets[j]] for i, j in np.argwhere(_sure(market))]
    ways = (lambda p: p[1], lambda p: (p[1], market.cost(*p)), lambda p: (p[1], market.cost(*p), p[0]))
    return [min(sure, key=way, default=None) for way in ways]


# Misconception → what it chooses, in each of its dresses.
_READINGS: dict[str, Callable[[Market], list[Any]]] = {
    "half-is-enough": lambda m: [m.choose(m.shares() >= 0.5, m.price)],
    "all-or-none": lambda m: [m.choose(m.shares() == 1, m.price)],
    "more-than-nine": lambda m: [m.choose(m.shares() > SURE + 1e-9, m.price)],
    "whatever-it-does": lambda m: [m.choose(m.shares() >= 0, m.price)],
    "any-is-enough": lambda m: [m.choose(m.shares() > 0, m.price)],
    "shortest": _shortest,
    "surest": _surest,
    "last-of-equals": lambda m: [m.choose(_sure(m), m.price, last=True)],
    "per-success": lambda m: [m.choose(_sure(m), m.price / np.maximum(m.shares(), 1e-9))],
}


def _judge_calls(calls: list[int], markets: list[Market]) -> Any:
    runs = [market.accuracy.size for market in markets]
    more = next((i for i, (got, n) in enumerate(zip(calls, runs, strict=True)) if got > n), None)
    return None if more is None else ("trained-again", {"got": calls[more], "wanted": runs[more]})


def _bill_off(bills: list, markets: list[Market]) -> int | None:
    """The first sweep whose bill is wrong."""
    right = (np.shape(b) == () and close(b, m.spent(), 1e-5, 0) for b, m in zip(bills, markets, strict=True))
    return next((i for i, one in enumerate(right) if not one), None)


def _judge_bills(bills: list, off: int, choices: list, markets: list[Market]) -> Any:
    if odd := [np.shape(bill) for bill in bills if np.shape(bill)]:
        return "wrong-bill", {"fact": f"What the sweep cost is one number; yours has the shape {odd[0]}."}
    got = [float(np.ravel(bill)[0]) for bill in bills]
    told = {"fact": f"The sweep cost {markets[off].spent():.6g}; you say {got[off]:.6g}."}
    chosen = [(0.0 if c is None else m.cost(*c)) for c, m in zip(choices, markets, strict=True)]
    readings = {
        "one-run": [[m.price.sum() for m in markets]],
        "chosen-alone": [chosen, [c * len(m.seeds) for c, m in zip(chosen, markets, strict=True)]],
    }
    for key, several in readings.items():
        if any(all(close(g, w, 1e-5, 1e-9) for g, w in zip(got, of, strict=True)) for of in several):
            return key, told
    return "wrong-bill", told


@cheapest_cure.own_version
def own_cheapest_cure() -> Any:
    def cheapest_cure(trained, cost, cures, budgets, seeds, target):
        shares = [[np.mean([trained(c, b, s) >= target for s in seeds]) for b in budgets] for c in cures]
        sure = [
            (c, b)
            for c, row in zip(cures, shares, strict=True)
            for b, share in zip(budgets, row, strict=True)
            if share >= 0.9
        ]
        choice = min(sure, key=lambda pair: cost(*pair)) if sure else None
        return choice, np.array(shares), len(seeds) * sum(cost(c, b) for c in cures for b in budgets)

    return cheapest_cure
