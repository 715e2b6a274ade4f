"""Lesson 2, comparisons: pairs that differ in one thing."""

from itertools import combinations, pairwise
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, shortened, with_other_half
from vgcourse.course.checks.exercise import Exercise, need_callable
from vgcourse.course.checks.observation import as_text, with_article

fair_pairs = Exercise(
    "fair-pairs",
    points=2,
    title="pairs that differ in one thing",
    answers=("fair_pairs",),
    passed="Only these pairs can blame a setting for a difference. All others changed two things at once.",
    misses={
        "no-return": NO_RETURN.format(name="fair_pairs"),
        "not-triples": "fair_pairs gives back a list of triples (name, other name, setting); here it {found}.",
        "both-ways": "{first} and {second} come twice in your list. A pair is a pair, whichever name comes first: "
        "keep one.",
        "default-differs": "{first} and {second} {told}. Two experiments that both leave the learning rate at its "
        "default are counted as different there. A gap in a table is NaN, and NaN is not equal to anything, not even "
        "to itself.",
        "none-found": "The list is empty, yet {first} and {second} differ in nothing but {setting}.",
        "no-change": "{first} and {second} differ in nothing: the same experiment, done twice. A fair pair differs "
        "in exactly one setting.",
        "two-changes": "{first} and {second} differ in {count} settings ({names}). Which of them is to blame, "
        "nobody can say.",
        "wrong-setting": "{first} and {second} are a fair pair, but what differs is {wanted}, not {got}.",
        "neighbours-only": "{first} and {second} are a fair pair, and not in your list. Only rows that stand next to "
        "each other were compared. Any two may be a fair pair.",
        "missing": "{first} and {second} are a fair pair, and it is not in your list ({count} missing in all).",
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
    """Names and settings: a base, one change, two changes, and a twin of the base, in a drawn order.

    The first row and the last have one change each, so that whoever looks at one of them alone finds something.
    """
    base = {key: values[rng.integers(len(values))] for key, values in _SETTINGS.items()} | {"learning_rate": None}

    def changed(*keys: str) -> dict[str, Any]:
        other = {k: [v for v in _SETTINGS[k] if v != base[k]] for k in keys}
        return base | {k: values[rng.integers(len(values))] for k, values in other.items()}

    one = [changed(key) for key in _SETTINGS]
    keys = list(rng.permutation(list(_SETTINGS)))
    rows = [base, *one, changed(*keys[:2]), changed(*keys[2:4]), changed(*keys[:3]), dict(base)]
    first, last = 1 + rng.permutation(len(one))[:2]
    order = [first, *(i for i in rng.permutation(len(rows)) if i not in (first, last)), last]
    names = [f"run {letter}" for letter in rng.permutation(list("ABCDEFGHJKLMNPQRSTUVWXYZ"))[: len(rows)]]
    return names, [rows[i] for i in order]


def _differences(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    return [key for key in a if a[key] != b[key]]


@fair_pairs.observe
def observe_fair_pairs(answer: Any, rng: np.random.Generator) -> Seen:
    import pandas as pd

    need_callable(answer)
    names, rows = _experiments(rng)
    found = _listed(answer(pd.DataFrame(rows, index=names)))
    if found is None or not isinstance(found, (list, tuple, set)):
        return {"kind": type(found).__name__}
    return {
        "pairs": [list(map(as_text, p)) if isinstance(p, ROWS) else [as_text(p)] for p in found],
        "few": _pairs_of_few(answer),
    }


# Always tried: a table with other settings, with numbers by which one might fill a gap (U's is Adam's default); one
# fair pair of neighbours, neither of them the first row or the last, and one pair apart.
FEW = {
    "S": {"rate": -1.0, "batch": 32, "loss": "bce"},
    "V": {"rate": 0.00105, "batch": 32, "loss": "hinge"},
    "P": {"rate": None, "batch": 32, "loss": "mse"},
    "Q": {"rate": None, "batch": 64, "loss": "mse"},
    "T": {"rate": 5.0, "batch": 128, "loss": "bce"},
    "R": {"rate": 0.0, "batch": 64, "loss": "mse"},
    "U": {"rate": 0.001, "batch": 32, "loss": "hinge"},
}
FEW_FAIR = {(frozenset("PQ"), "batch"), (frozenset("QR"), "rate"), (frozenset("UV"), "rate")}


ROWS = (list, tuple, np.ndarray)


def _listed(found: Any) -> Any:
    """The rows of an array are triples as well."""
    return found.tolist() if isinstance(found, np.ndarray) else found


def _pairs_of_few(answer: Any) -> list[list[str]]:
    import pandas as pd

    found = _listed(answer(pd.DataFrame.from_dict(FEW, orient="index")))
    return (
        [list(map(as_text, p)) for p in found if isinstance(p, ROWS)] if isinstance(found, (list, tuple, set)) else []
    )


@fair_pairs.judge
def judge_fair_pairs(seen: Seen, rng: np.random.Generator) -> Any:
    if "kind" in seen:
        is_a = f"is {with_article(seen['kind'])}"
        return "no-return" if seen["kind"] == "NoneType" else ("not-triples", {"found": is_a})
    names, rows = _experiments(rng)
    settings = dict(zip(names, rows, strict=True))
    for triple in seen["pairs"]:
        if len(triple) != 3 or triple[0] not in settings or triple[1] not in settings:
            return "not-triples", {"found": shortened(f"holds ({', '.join(triple)})", 70)}
    got = [(frozenset(t[:2]), t[2]) for t in seen["pairs"]]
    pairs = {frozenset(p): _differences(*(settings[n] for n in p)) for p in combinations(names, 2)}
    wanted = {pair: changed[0] for pair, changed in pairs.items() if len(changed) == 1}
    few = [frozenset(triple[:2]) for triple in seen["few"]]
    problem = _judge_pairs(
        got, pairs, wanted, settings, set(few) == {pair for pair, _ in FEW_FAIR} - {frozenset("PQ")}
    )
    if problem and few == [frozenset("PQ")] and {pair for pair, _ in got} == _neighbours(wanted, names):
        apart = next(pair for pair in wanted if pair not in _neighbours(wanted, names))
        return "neighbours-only", _names(apart)
    problem = problem or _judge_few(seen["few"])
    pairs_right = {pair for pair, _ in got} == set(wanted) and set(few) == {pair for pair, _ in FEW_FAIR}
    return with_other_half(problem, pairs_right, "You have the right pairs.")


def _neighbours(wanted: dict, names: list[str]) -> set:
    return set(wanted) & {frozenset(pair) for pair in pairwise(names)}


def _judge_few(found: list[list[str]]) -> Any:
    got = {(frozenset(triple[:2]), triple[2]) for triple in found if len(triple) == 3}
    if missed := sorted(FEW_FAIR - got, key=lambda pair: pair[1]):
        return "missing", {**_names(missed[0][0]), "count": len(missed)}
    # What is too much: a pair that is not fair, or a fair one with another setting.
    for pair, setting in sorted(got - FEW_FAIR, key=lambda one: (sorted(one[0]), one[1])):
        if len(pair) < 2 or not pair <= set(FEW):
            return "not-triples", {"found": shortened(f"holds ({', '.join((*sorted(pair), setting))})", 70)}
        changed = _differences(*(FEW[name] for name in sorted(pair)))
        if len(changed) == 1:
            return "wrong-setting", {**_names(pair), "wanted": changed[0], "got": setting}
        return "two-changes", {**_names(pair), "count": len(changed), "names": ", ".join(changed)}
    return None


def _judge_pairs(got: list[tuple], pairs: dict, wanted: dict, settings: dict[str, dict], gaps_differ: bool) -> Any:
    """What is wrong with the pairs of the drawn table; in the other one, do two gaps make a pair unfair?"""
    found = [pair for pair, _ in got]
    twins = [pair for pair, setting in got if len(pair) == 2 and not pairs[pair] and setting == "learning_rate"]
    if twins:
        return "default-differs", {**_names(twins[0]), "told": "are the same experiment, done twice"}
    if alike := [pair for pair in found if len(pair) == 1 or not pairs[pair]]:
        return "no-change", _names(alike[0])
    if twice := [pair for pair in wanted if found.count(pair) > 1]:
        return "both-ways", _names(twice[0])
    for pair in found:
        if len(pairs[pair]) > 1:
            return "two-changes", {**_names(pair), "count": len(pairs[pair]), "names": ", ".join(pairs[pair])}
    for pair, setting in got:
        if setting != wanted[pair]:
            return "wrong-setting", {**_names(pair), "wanted": wanted[pair], "got": setting}
    missing = [pair for pair in wanted if pair not in found]
    if not missing:
        return None
    if not found:
        return "none-found", {**_names(missing[0]), "setting": wanted[missing[0]]}
    # Where NaN differs from NaN, two default rates are one more difference.
    rated = {pair for pair in wanted if any(settings[name]["learning_rate"] is not None for name in pair)}
    if gaps_differ and set(found) == rated:
        return "default-differs", {**_names(missing[0]), "told": "are a fair pair, and not in your list"}
    return "missing", {**_names(missing[0]), "count": len(missing)}


def _names(pair: frozenset) -> dict[str, str]:
    first, second = sorted(pair) if len(pair) == 2 else 2 * sorted(pair)
    return {"first": first, "second": second}


@fair_pairs.own_version
def own_fair_pairs() -> Any:
    def same(a, b):
        return a == b or (a != a and b != b)  # NaN is the value that differs from itself

    def fair_pairs(table):
        rows = dict(zip(table.index, table.astype(object).to_dict("records"), strict=True))
        pairs = []
        for a, b in combinations(rows, 2):
            changed = [key for key in rows[a] if not same(rows[a][key], rows[b][key])]
            if len(changed) == 1:
                pairs.append((a, b, changed[0]))
        return pairs

    return fair_pairs
