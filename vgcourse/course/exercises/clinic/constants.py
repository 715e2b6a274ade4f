"""Lesson 9, the loss of a net that says the same whatever comes in."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_number, common_cause, fact, with_other_half
from vgcourse.course.checks.exercise import Exercise, need_callable

chance_loss = Exercise(
    "chance-loss",
    points=2,
    title="the loss of the best constant answer",
    answers=("chance_loss",),
    passed="The first number to hold a loss against: whoever does not get below it has learned nothing from X.",
    misses={
        "no-return": NO_RETURN.format(name="chance_loss"),
        "not-one-number": "A loss is one number; yours has the shape {got}.",
        "balanced": "You take all classes for equally frequent. A constant answer may favour the frequent ones, and "
        "gets less than the logarithm of their number.",
        "bits": "Those are bits, with logarithms to base 2. Keras counts in natural logarithms.",
        "accuracy": "That is how often the commonest class comes. Asked for is a loss.",
        "errors": "That is the share of those who are not in the commonest class. Asked for is a loss.",
        "decimal": "Those are logarithms to base 10. Keras counts in natural logarithms.",
        "summed": "You add up over the examples where a mean over them belongs: twice as many examples have the same "
        "loss.",
        "log-of-zero": "A class that has every example, or none, makes 0 · log 0: nan. Its part of the loss is 0.",
        "half": "Those who are 1 are in it, and those who are 0 are not: the cross-entropy has two terms.",
        "one-mean": "You take one mean for all columns. A constant answer may be another number in each column.",
        "sum": "You add up the columns. Keras's mean squared error is a mean over them as well.",
        "deviation": "That is a standard deviation; the mean squared error around the mean is its square.",
        "sign": "Right but for the sign: the logarithm of a share is below 0, and a loss is not.",
        "around-zero": "That is the loss of the answer 0. The best constant is the mean, in each column its own.",
        "one-less": "You divide by n - 1. The loss is a plain mean over the examples.",
        "wrong-values": "Begin with the kind of target that this is, and ask which constant is best for it.",
    },
)
Case = tuple[np.ndarray, str]


def _cases(rng: np.random.Generator) -> list[Case]:
    """Uneven classes, one alone, a rare one, labels that do not begin at 0; columns with means of their own,
    whole numbers whose means are none.

    Of each kind a small loss, of which four digits after the point are too few.
    """
    fixed = np.random.default_rng(3)
    return [
        (np.array([3, 3, 3, 8, 8, 1, 3, 3]), "classes"),
        (np.array([1.0, 0.0, 0.0, 0.0, 0.0]), "yes-no"),
        (fixed.normal(size=(9, 4)) * [1, 2, 0.1, 5] + [0, 3, -7, 1], "numbers"),
        (np.full(6, 4), "classes"),
        (np.ones(5, "float32"), "yes-no"),
        (np.array([[0.0], [1.0], [1.0]], "float32"), "yes-no"),
        (np.array([2.0, 5.0, 11.0]), "numbers"),
        (np.array([[2, 7], [5, 1], [12, 2]]), "numbers"),
        (np.repeat([2, 0], [399, 1]), "classes"),
        (np.repeat([1.0, 0.0], [1, 399]), "yes-no"),
        (np.array([0.21, 0.25, 0.32]), "numbers"),
        (rng.integers(0, 5, 40) ** 2, "classes"),
        ((rng.random(31) < rng.uniform(0.1, 0.4)).astype("float32"), "yes-no"),
        (rng.normal(size=(12, 3)) * rng.uniform(0.5, 3, 3) + rng.normal(size=3) * 4, "numbers"),
    ]


def _entropy(shares: np.ndarray) -> float:
    shares = shares[shares > 0]
    return abs(float(shares @ np.log(shares)))


def _shares(y: np.ndarray) -> np.ndarray:
    return np.unique(y, return_counts=True)[1] / y.size


def best(y: np.ndarray, kind: str) -> float:
    """The lowest loss that one constant answer can have."""
    return float(np.mean(y.var(axis=0))) if kind == "numbers" else _entropy(_shares(y))


@chance_loss.observe
def observe_chance_loss(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    with np.errstate(all="ignore"):
        return {"losses": [as_number(answer(y, kind)) for y, kind in _cases(rng)]}


@chance_loss.judge
def judge_chance_loss(seen: Seen, rng: np.random.Generator) -> Any:
    cases, got = _cases(rng), seen["losses"]
    wanted = [best(*case) for case in cases]
    off = [i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if not _same(g, w)]
    if not off:
        return None
    missing = any(loss is None for loss in got)
    right = {"classes", "yes-no", "numbers"} - {cases[i][1] for i in off}
    named = " and ".join(repr(kind) for kind in ("classes", "yes-no", "numbers") if kind in right)
    problem = "no-return" if missing else _problem(got, wanted, cases, off[0])
    return with_other_half(problem, "numbers" in right or len(right) == 2, f"For {named} it is right.")


def _problem(got: list, wanted: list, cases: list[Case], off: int) -> Any:
    """The cause, if one is known, and the fact of the first case that is off."""
    if shape := np.shape(got[off]):
        return "not-one-number", {"got": str(shape)}
    y, kind = cases[off]
    shown = np.round(y, 3).tolist() if y.size < 9 else f"{y.size} numbers"
    told = fact(f"chance_loss({shown}, {kind!r})", got[off], wanted[off])
    return common_cause(got, [_slips(*case) for case in cases], _same) or "wrong-values", told


def _same(got: Any, wanted: Any) -> bool:
    """A single number; NaN is the same as NaN."""
    if got is None or np.shape(got):
        return False
    got = float(got)
    return bool(np.isnan(got)) if np.isnan(wanted) else bool(abs(got - wanted) <= 1e-6 + 2e-5 * abs(wanted))


def _slips(y: np.ndarray, kind: str) -> dict[str, list[float]]:
    """What each wrong formula gives for a case; for a kind that it does not concern, what is right."""
    right = [best(y, kind)]
    slips = dict.fromkeys(("log-of-zero", "half", "one-mean", "sum", "deviation", "one-less"), right)
    slips |= dict.fromkeys(("balanced", "bits", "decimal", "accuracy", "errors", "sign", "around-zero"), right)
    return slips | (_slips_of_numbers(y) if kind == "numbers" else _slips_of_classes(y, kind))


def _slips_of_numbers(y: np.ndarray) -> dict[str, list[float]]:
    columns = y.reshape(len(y), -1)
    around = columns.var(axis=0)
    return {
        "one-mean": [float(y.var())],
        "sum": [float(around.sum())],
        # Over the examples of one kind, of the other, of both; with or without the mean over the columns.
        "summed": [float(around.sum() * len(y)), float(around.mean()), float(around.sum() * len(y))],
        "deviation": [float(np.sqrt(around.mean())), float(columns.std(axis=0).mean()), float(y.std())],
        "one-less": [float(columns.var(axis=0, ddof=1).mean())],
        "around-zero": [float(np.mean(y**2))],
    }


def _slips_of_classes(y: np.ndarray, kind: str) -> dict[str, list[float]]:
    shares, right = _shares(y), best(y, kind)
    p = float(np.mean(y)) if kind == "yes-no" else 0.5
    half = -p * np.log(p) if 0 < p < 1 else 0.0
    alone = len(shares) == 1
    two, there, named = (float(np.log(n)) for n in (2, len(shares), y.max() + 1))
    return {
        # The two of a yes-no, and how many there are of others, are counted in two ways each; others may be right.
        "balanced": 3 * [two, there] if kind == "yes-no" else [there, there, named, named, right, right],
        "sign": [-right],
        "bits": [right / float(np.log(2))],
        "accuracy": [float(shares.max())],
        "errors": [float(1 - shares.max())],
        "decimal": [right / float(np.log(10))],
        "summed": [right, right * y.size, right * y.size],
        # Where there are but two, and where all up to the largest label are counted.
        "log-of-zero": [float("nan")] * 2 if kind == "yes-no" and alone else [right, _of_counts(y)],
        "half": [half] if kind == "yes-no" else [right],
    }


def _of_counts(y: np.ndarray) -> float:
    """The entropy over 0 to the largest label: nan where nobody has one of them."""
    counts = np.bincount(y.ravel().astype(int))
    return float("nan") if np.any(counts == 0) else _entropy(counts / y.size)


@chance_loss.own_version
def own_chance_loss() -> Callable:
    def chance_loss(y, kind):
        y = np.asarray(y, float)
        if kind == "numbers":
            return np.mean(np.square(y - y.mean(axis=0)))
        _, counts = np.unique(y, return_counts=True)
        shares = counts / y.size
        return -np.sum(shares * np.log(shares))

    return chance_loss
