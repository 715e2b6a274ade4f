"""Lesson 2, experiments: one change at a time, and the share of the gap that it closes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_dict, as_number, as_sent, close, fact
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.checks.observation import with_article

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
            share=0.5,
        ),
        "extra-shares": Miss(
            "The shares are right, but the dictionary also holds settings in which the two set-ups agree ({names}). "
            "Those belong to no change: leave them out.",
            share=0.5,
        ),
        "repeats": Miss(
            "The shares are right. But `run` was called {got} times, and {wanted} are enough: once for `bad`, once "
            "for `good`, and once for each setting in which they differ. Run nothing twice, and nothing that "
            "changes nothing.",
            share=0.5,
        ),
        "not-one-number": "Under each setting belongs one number, its share; what stands under {name} has the shape "
        "{got}.",
        "missing-setting": "No share for {names}: the two set-ups differ there as well.",
        "cumulative": "The changes pile up: the second run still holds the first run's change. Begin each time "
        "with a fresh copy of `bad`.",
        "from-good": "These runs begin at `good` and break it. That asks which setting is *needed*; asked is which "
        "one is *enough*: begin at `bad`.",
        "mean": Miss("These are shares of means. A few failing runs move a mean; compare medians.", share=0.5),
        "first-seed": "This looks at the first seed only. `run` gives back one accuracy for each seed: take the "
        "median of all.",
        "medians": "These are the medians themselves. The share says how much of the way from `bad` to `good` one "
        "change goes: 0 is none, 1 is all.",
        "gain": Miss("This is the gain in accuracy. Divide it by the whole gap between `good` and `bad`.", share=0.5),
        "clipped": Miss(
            "A share below 0 has become {instead}. A change that makes things worse should show as one.", share=0.5
        ),
        "flipped": Miss(
            "These are the shares that are *left*: a change that explains everything should get 1.", share=0.5
        ),
        "wrong-values": "Work it out by hand for one setting: how far is the median after this change from "
        "that of `bad`, as a share of the whole way to `good`?",
    },
)
# Always tried: one change that goes beyond `good`, one that does harm, an even number of seeds, numbers above 1;
# settings in another order, two whose good values are 0 and None, and three that agree, one of them in two equal
# objects. The first and the last setting differ.
SMALL = (
    {"x": 1, "z": "adam", "u": float("1000.5"), "v": 7, "y": "a"},
    {"v": 7, "y": None, "u": float("1000.5"), "z": "adam", "x": 0},
)
RUNS = {(1, "a"): [2.0, 9.0, 1.0, 3.0], (0, None): [4.0, 5.0, 3.0, 12.0], (0, "a"): [60.0, 5.0, 55.4, 0.0]}
RUNS |= {(1, None): [1.5, 2.0, 2.5, 0.1]}


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
    found = as_dict(answer(bad, good, lambda setup: _accuracies(setup, bad, good, seed)))
    if not isinstance(found, dict):
        return {"kind": type(found).__name__, "shares": as_sent(found) if found is None else None}
    ran = []

    def run(setup: dict[str, Any]) -> np.ndarray:
        ran.append(dict(setup))
        for key, value in setup.items():
            if value not in (known := [one[key] for one in SMALL]):
                raise ValueError(f"run knows {key} = {' and '.join(map(repr, known))}, not {value!r}")
        return np.array(RUNS[setup["x"], setup["y"]])

    small = as_dict(answer(*map(dict, SMALL), run))
    return {"shares": _by_name(found), "small": _by_name(small) if isinstance(small, dict) else {}, "runs": len(ran)}


def _by_name(shares: dict) -> dict[str, Any]:
    return {str(key): as_number(value) for key, value in shares.items()}


@share_of_gap.judge
def judge_share_of_gap(seen: Seen, rng: np.random.Generator) -> Any:
    if "kind" in seen:
        return "no-return" if seen["kind"] == "NoneType" else ("not-a-dict", {"found": with_article(seen["kind"])})
    bad, good, seed = _two_setups(rng)
    differ = [key for key in bad if bad[key] != good[key]]
    if missing := [key for key in differ if key not in seen["shares"]]:
        return "missing-setting", {"names": ", ".join(missing)}
    for name, share in (*seen["shares"].items(), *seen["small"].items()):
        if np.shape(share):
            return "not-one-number", {"name": name, "got": str(np.shape(share))}
    got = np.array([float(seen["shares"][key]) for key in differ])
    wanted = _shares(bad, good, seed, differ)
    if not close(got, wanted):
        i = int(np.nanargmax(np.abs(got - wanted)))
        key, fields = _name_share(got, wanted, differ, (bad, good, seed))
        return key, {**fact(f"For {differ[i]} your share", got[i], wanted[i], "is"), **fields}
    small, runs = seen["small"], seen["runs"]
    extra = _judge_extra(seen["shares"], differ, runs) or _judge_extra(small, ["x", "y"], runs)
    return _judge_small(small) or extra or _judge_runs(runs)


def _judge_runs(got: int) -> Any:
    """Bad, good and two changes are four runs; one run more is no waste for each setting."""
    return ("repeats", {"got": got, "wanted": 4}) if got > 5 else None


def _judge_extra(shares: dict, differ: list[str], runs: int) -> Any:
    extra = [key for key in shares if key not in differ]
    key = "extra-shares" if runs <= 4 else "unneeded"
    return (key, {"names": ", ".join(extra)}) if extra else None


def _judge_small(shares: dict) -> Any:
    """Medians 2.5 and 4.5; x alone gives 30.2, y alone 1.75."""
    for name, wanted in (("x", 13.85), ("y", -0.375)):
        if name not in shares:
            return "missing-setting", {"names": name}
        if not close(shares[name], wanted):
            return "wrong-values", fact(
                f"Where the medians are 2.5 and 4.5, and {name} alone gives {RUNS_SAID[name]}, your share",
                shares[name],
                wanted,
                "is",
            )
    return None


RUNS_SAID = {"x": "30.2", "y": "1.75"}


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
        if close(got, cut) or close(got, np.minimum(cut, 1)):
            return "clipped", {"instead": instead}
    if key := next((key for key, wrong in slips.items() if close(got, wrong)), None):
        return key, {}
    if any(close(got, x) for x in ((high - broken) / (high - low), (broken - low) / (high - low))):
        return "from-good", {}
    return "wrong-values", {}


@share_of_gap.own_version
def own_share_of_gap() -> Any:
    def share_of_gap(bad, good, run):
        low, high = np.median(run(bad)), np.median(run(good))
        differ = [key for key in bad if bad[key] != good[key]]
        return {key: (np.median(run(bad | {key: good[key]})) - low) / (high - low) for key in differ}

    return share_of_gap
