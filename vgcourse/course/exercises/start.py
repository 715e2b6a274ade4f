"""The first steps: one tiny exercise on which a check, a hint and a wrong answer can be tried."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import all_close, as_number, cause, fact, first_off, said
from vgcourse.course.checks.exercise import Exercise, need_callable

first_check = Exercise(
    "first-check",
    points=1,
    title="the root mean square",
    answers=("rms",),
    passed="Signs cannot cancel in a root mean square: it is how this course measures the size of a gradient.",
    misses={
        "no-return": "rms gives back None. Does it end with `return`?",
        "plain-mean": "This is the plain mean: pluses and minuses cancel, and a large gradient can look like "
        "nothing. Get rid of the signs first.",
        "mean-first": "You square the mean, but in the mean the signs have cancelled already. Square each entry "
        "first, then take the mean.",
        "no-root": "This is the mean square. It is in squared units: one step is missing.",
        "mean-size": "This is the mean absolute value. A fair measure of size, but not the root mean square.",
        "sum": "This is the root of the sum of squares: it grows when there are more numbers. Take their mean.",
        "standard-deviation": "This is the standard deviation: it takes the mean away first, so five equal "
        "numbers would have size 0.",
        "zeros-left-out": "You leave the zeros out. They are entries as well: a gradient that is 0 in half of its "
        "places is smaller for it.",
        "one-less": "The sum of the squares is divided by one less than there are numbers. A mean divides by all of "
        "them.",
        "no-number": "rms should give one number for the whole array; this has shape {shape}.",
        "wrong-values": "Square each entry, take the mean, take the root.",
    },
)

FOUR = (1.0, -7.0, 5.0, -5.0)
# Always tried: small and large numbers, one sign, whole numbers, some that are 0.
ROWS = (np.array(FOUR), np.array([0.0012, -0.0034, 0.0031]), np.array([250.0, 310.0, -170.0, 90.0, 20.0]))
ROWS += (np.array([2, 3, 4, -1, 1]), np.array([-2.5, -0.5]), np.array([0.0, 3.0, 0.0, -4.0]))


def _rows(rng: np.random.Generator) -> list[np.ndarray]:
    """The rows above, and 20 to 59 numbers of both signs, half a deviation off centre."""
    noise = rng.normal(0, rng.uniform(1, 3), rng.integers(20, 60))
    return [*ROWS, noise - noise.mean() + noise.std() * rng.choice([-0.5, 0.5])]


def _root_mean_square(v: np.ndarray) -> float:
    return float(np.sqrt(np.mean(v.astype(float) ** 2)))


@first_check.observe
def observe_first_check(answer: Any, rng: np.random.Generator) -> dict[str, Any]:
    need_callable(answer)
    return {"sizes": [as_number(answer(row.copy())) for row in _rows(rng)]}


@first_check.judge
def judge_first_check(seen: dict[str, Any], rng: np.random.Generator) -> Any:
    if any(size is None for size in seen["sizes"]):
        return "no-return"
    got, rows = [np.asarray(size, float) for size in seen["sizes"]], _rows(rng)
    if shaped := next((size.shape for size in got if size.shape), None):
        return "no-number", {"shape": shaped}
    wanted = [_root_mean_square(row) for row in rows]
    if all_close(got, wanted):
        return None
    slips = {key: [float(wrong(row)) for row in rows] for key, wrong in _SLIPS.items()}
    i = first_off(got, wanted)
    told = fact(f"rms({said(rows[i])})", got[i], wanted[i])
    return (cause(got, slips) or "wrong-values").rstrip("+"), {**told, "got": got[i].item()}


_SLIPS = {
    "plain-mean": np.mean,
    "mean-first": lambda v: abs(np.mean(v)),
    "no-root": lambda v: np.mean(v**2),
    "mean-size": lambda v: np.abs(v).mean(),
    "sum": lambda v: np.sqrt((v**2).sum()),
    "zeros-left-out": lambda v: np.sqrt(np.mean(v[v != 0] ** 2)),
    "one-less": lambda v: np.sqrt((v**2).sum() / (len(v) - 1)),
    "standard-deviation": np.std,
    "standard-deviation+": lambda v: np.std(v, ddof=1),
}


@first_check.own_version
def own_first_check() -> Any:
    def rms(values):
        return np.sqrt(np.mean(np.square(values)))

    return rms
