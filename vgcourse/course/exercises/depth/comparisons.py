"""Lesson 2, comparisons: pairs that differ in one thing, and one change at a time."""

from collections.abc import Callable
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_sent, near, off, slip
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

fair_pairs = Exercise(
    "fair-pairs",
    points=2,
    title="pairs that differ in one thing",
    answers=("fair_pairs",),
    passed="Only these pairs can blame a setting for a difference. All others changed two things at once.",
    misses={
        "no-return": NO_RETURN.format(name="fair_pairs"),
        "not-triples": "fair_pairs gives back a list of triples (name, other name, setting); here it holds {found}.",
        "both-ways": "Some pairs come twice, once each way round. A pair is a pair: keep one.",
        "default-differs": "Two experiments that both leave the learning rate at its default are counted as "
        "different there. A gap in a table is NaN, and NaN is not equal to anything, not even to itself.",
        "no-change": "Some of these pairs differ in nothing: the same experiment done twice. A fair pair differs "
        "in exactly one setting.",
        "two-changes": "{first} and {second} differ in {count} settings ({names}). Which of them is to blame, "
        "nobody can say.",
        "wrong-setting": "{first} and {second} are a fair pair, but what differs is {wanted}, not {got}.",
        "neighbours-only": "Only rows that stand next to each other were compared. Any two may be a fair pair.",
        "missing": "{count} fair pairs are missing, such as {first} and {second}.",
    },
)
_SETTINGS = {
    "depth": [1, 3, 5],
    "activation": ["sigmoid", "tanh", "relu"],
    "initializer": ["uniform", "glorot_uniform", "he_uniform"],
    "learning_rate": [None, 0.01, 0.1],
    "width": [5, 25],
}


def _experiments(rng: np.random.Generator) -> tuple[list[str], list[dict[str, Any]]]:
    """Names and settings: a base, one change, two changes, and a twin of the base, in a drawn order."""
    base = {key: values[rng.integers(len(values))] for key, values in _SETTINGS.items()} | {"learning_rate": None}

    def changed(*keys: str) -> dict[str, Any]:
        other = {k: [v for v in _SETTINGS[k] if v != base[k]] for k in keys}
        return base | {k: values[rng.integers(len(values))] for k, values in other.items()}

    one = [changed(key) for key in _SETTINGS]
    keys = list(rng.permutation(list(_SETTINGS)))
    rows = [base, *one, changed(*keys[:2]), changed(*keys[2:4]), changed(*keys[:3]), dict(base)]
    order = rng.permutation(len(rows))
    names = [f"run {letter}" for letter in rng.permutation(list("ABCDEFGHJKLMNPQRSTUVWXYZ"))[: len(rows)]]
    return names, [rows[i] for i in order]


def _differences(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    return [key for key in a if a[key] != b[key]]


@fair_pairs.observe
def observe_fair_pairs(answer: Any, rng: np.random.Generator) -> Seen:
    import pandas as pd

    need_callable(answer)
    names, rows = _experiments(rng)
    found = answer(pd.DataFrame(rows, index=names))
    if found is None or not isinstance(found, (list, tuple, set)):
        return {"kind": type(found).__name__}
    return {"pairs": [[str(part) for part in p] if isinstance(p, (list, tuple)) else [str(p)] for p in found]}


@fair_pairs.judge
def judge_fair_pairs(seen: Seen, rng: np.random.Generator) -> Any:
    if "kind" in seen:
        return "no-return" if seen["kind"] == "NoneType" else ("not-triples", {"found": f"a {seen['kind']}"})
    names, rows = _experiments(rng)
    settings = dict(zip(names, rows, strict=True))
    for triple in seen["pairs"]:
        if len(triple) != 3 or triple[0] not in settings or triple[1] not in settings:
            return "not-triples", {"found": str(tuple(triple))[:60]}
    got = [(frozenset(t[:2]), t[2]) for t in seen["pairs"]]
    pairs = {frozenset(p): _differences(*(settings[n] for n in p)) for p in combinations(names, 2)}
    wanted = {pair: changed[0] for pair, changed in pairs.items() if len(changed) == 1}
    return _judge_pairs(got, pairs, wanted, names)


def _judge_pairs(got: list[tuple], pairs: dict, wanted: dict, names: list[str]) -> Any:
    found = [pair for pair, _ in got]
    if any(len(pair) == 2 and not pairs[pair] and setting == "learning_rate" for pair, setting in got):
        return "default-differs"
    if any(len(pair) == 1 or not pairs[pair] for pair in found):
        return "no-change"
    if len(set(found)) < len(found):
        return "both-ways"
    for pair in found:
        if len(pairs[pair]) > 1:
            return "two-changes", {**_names(pair), "count": len(pairs[pair]), "names": ", ".join(pairs[pair])}
    for pair, setting in got:
        if setting != wanted[pair]:
            return "wrong-setting", {**_names(pair), "wanted": wanted[pair], "got": setting}
    missing = [pair for pair in wanted if pair not in found]
    if not missing:
        return None
    # Where NaN differs from NaN, only pairs with one default rate, or none, can seem to differ in one thing.
    if {wanted[pair] for pair in found} <= {"learning_rate"}:
        return "default-differs"
    neighbours = {frozenset(p) for p in pairwise(names)}
    if set(found) == set(wanted) & neighbours:
        return "neighbours-only"
    return "missing", {**_names(missing[0]), "count": len(missing)}


def _names(pair: frozenset) -> dict[str, str]:
    first, second = sorted(pair)
    return {"first": first, "second": second}


@fair_pairs.own_version
def own_fair_pairs() -> Any:
    def fair_pairs(table):
        rows = dict(zip(table.index, table.astype(object).to_dict("records"), strict=True))
        pairs = []
        for a, b in combinations(rows, 2):
            changed = [key for key in rows[a] if not _same(rows[a][key], rows[b][key])]
            if len(changed) == 1:
                pairs.append((a, b, changed[0]))
        return pairs

    return fair_pairs


def _same(a: Any, b: Any) -> bool:
    return a == b or (a != a and b != b)


share_of_gap = Exercise(
    "share-of-gap",
    points=3,
    title="one change at a time",
    answers=("share_of_gap",),
    passed="Every run differs from the failing one in exactly one setting, so whatever moves the median is that "
    "setting's doing.",
    misses={
        "no-return": NO_RETURN.format(name="share_of_gap"),
        "not-a-dict": "share_of_gap gives back a dictionary, setting → share; here it gives {found}.",
        "unneeded": Miss(
            "The shares are right, but it also tries settings in which the two set-ups agree ({names}). Those runs "
            "cost time and can tell nothing.",
            share=2 / 3,
        ),
        "missing-setting": "No share for {names}: the two set-ups differ there as well.",
        "cumulative": "The changes pile up: the second run still holds the first run's change. Begin each time "
        "with a fresh copy of `bad`.",
        "from-good": "These runs begin at `good` and break it. That asks which setting is *needed*; asked is which "
        "one is *enough*: begin at `bad`.",
        "mean": "These are shares of means. A few failing runs move a mean; compare medians.",
        "first-seed": "This looks at the first seed only. `run` gives back one accuracy for each seed: take the "
        "median of all.",
        "medians": "These are the medians themselves. The share says how much of the way from `bad` to `good` one "
        "change goes: 0 is none, 1 is all.",
        "gain": "This is the gain in accuracy. Divide it by the whole gap between `good` and `bad`.",
        "clipped": "A share below 0 has become {instead}. A change that makes things worse should show as one.",
        "flipped": "These are the shares that are *left*: a change that explains everything should get 1.",
        "wrong-values": "The largest difference is {off:.3g}, for {name}.",
    },
)


def _two_setups(rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, Any], int]:
    """Two set-ups that agree in two settings of five, and a seed for the runs."""
    bad = {"depth": 5, "activation": "tanh", "initializer": "uniform", "optimizer": "sgd", "width": 5}
    good = {"depth": 3, "activation": "relu", "initializer": "he_uniform", "optimizer": "adam", "width": 25}
    for key in rng.permutation(list(bad))[:2]:
        good[str(key)] = bad[str(key)]
    order = [str(key) for key in rng.permutation(list(bad))]
    return {key: bad[key] for key in order}, {key: good[key] for key in order}, int(rng.integers(1 << 30))


def _accuracies(setup: dict[str, Any], bad: dict[str, Any], good: dict[str, Any], seed: int) -> np.ndarray:
    """41 accuracies, skewed: one change does harm, the others add their part, every two together some more."""
    keys = sorted(bad)
    for key in keys:
        if setup[key] not in (bad[key], good[key]):
            raise ValueError(f"run knows {key} = {bad[key]!r} and {good[key]!r}, not {setup[key]!r}")
    changed = np.array([bad[key] != good[key] and setup[key] == good[key] for key in keys], float)
    rng = np.random.default_rng(seed)
    effects, together = rng.uniform(0.08, 0.13, 5), rng.uniform(0, 0.03, (5, 5))
    effects[rng.choice([i for i, key in enumerate(keys) if bad[key] != good[key]])] = -rng.uniform(0.04, 0.06)
    code = int(changed @ 2.0 ** np.arange(5))
    noise = np.random.default_rng([seed, code]).exponential(0.04, 41)
    return 0.55 + changed @ effects + changed @ np.triu(together, 1) @ changed + 0.05 - noise


@share_of_gap.observe
def observe_share_of_gap(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    bad, good, seed = _two_setups(rng)
    found = answer(bad, good, lambda setup: _accuracies(setup, bad, good, seed))
    if not isinstance(found, dict):
        return {"kind": type(found).__name__, "shares": as_sent(found) if found is None else None}
    shares = {str(key): np.asarray(value, float) for key, value in found.items()}
    return {"shares": shares}


@share_of_gap.judge
def judge_share_of_gap(seen: Seen, rng: np.random.Generator) -> Any:
    if "kind" in seen:
        return "no-return" if seen["kind"] == "NoneType" else ("not-a-dict", {"found": f"a {seen['kind']}"})
    bad, good, seed = _two_setups(rng)
    differ = _differences(bad, good)
    if missing := [key for key in differ if key not in seen["shares"]]:
        return "missing-setting", {"names": ", ".join(missing)}
    got = np.array([float(seen["shares"][key]) for key in differ])
    wanted = _shares(bad, good, seed, differ)
    if not near(got, wanted, atol=1e-3):
        return _name_share(got, wanted, differ, (bad, good, seed))
    extra = [key for key in seen["shares"] if key not in differ]
    return ("unneeded", {"names": ", ".join(extra)}) if extra else None


def _shares(bad: dict, good: dict, seed: int, differ: list[str], middle: Callable = np.median) -> np.ndarray:
    low, high = (middle(_accuracies(setup, bad, good, seed)) for setup in (bad, good))
    tried = [middle(_accuracies(bad | {key: good[key]}, bad, good, seed)) for key in differ]
    return (np.array(tried) - low) / (high - low)


def _name_share(got: np.ndarray, wanted: np.ndarray, differ: list[str], setups: tuple) -> Any:
    bad, good, seed = setups

    def median(setup: dict[str, Any]) -> float:
        return float(np.median(_accuracies(setup, bad, good, seed)))

    low, high = median(bad), median(good)
    piled, present = [], dict(bad)
    for key in differ:
        present[key] = good[key]
        piled.append(median(present))
    broken = np.array([median(good | {key: bad[key]}) for key in differ])
    tried = low + wanted * (high - low)
    slips = {
        "cumulative": (np.array(piled) - low) / (high - low),
        "mean": _shares(bad, good, seed, differ, np.mean),
        "first-seed": _shares(bad, good, seed, differ, lambda runs: runs[0]),
        "medians": tried,
        "gain": tried - low,
        "flipped": 1 - wanted,
    }
    for instead, cut in {"0": np.maximum(wanted, 0), "positive": np.abs(wanted)}.items():
        if near(got, cut, atol=1e-3) or near(got, np.minimum(cut, 1), atol=1e-3):
            return "clipped", {"instead": instead}
    if key := slip(got, slips, atol=1e-3):
        return key
    if any(near(got, x, atol=1e-3) for x in ((high - broken) / (high - low), (broken - low) / (high - low))):
        return "from-good"
    return "wrong-values", {**off(got, wanted), "name": differ[int(np.nanargmax(np.abs(got - wanted)))]}


@share_of_gap.own_version
def own_share_of_gap() -> Any:
    def share_of_gap(bad, good, run):
        low, high = np.median(run(bad)), np.median(run(good))
        differ = [key for key in bad if bad[key] != good[key]]
        return {key: (np.median(run(bad | {key: good[key]})) - low) / (high - low) for key in differ}

    return share_of_gap
