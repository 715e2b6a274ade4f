"""The first steps: one tiny exercise on which a check, a hint and a wrong answer can be tried."""

from typing import Any

import numpy as np

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
        "no-root": "This is the mean square, {got:.3g}. It is in squared units: one step is missing.",
        "mean-size": "This is the mean absolute value. A fair measure of size, but not the root mean square.",
        "sum": "This is the root of the sum of squares: it grows when there are more numbers. Take their mean.",
        "standard-deviation": "This is the standard deviation: it takes the mean away first, so five equal "
        "numbers would have size 0.",
        "no-number": "rms should give one number for the whole array; this has shape {shape}.",
        "wrong-values": "For 1, −7, 5 and −5 your rms gives {got:.4g}. Square, take the mean, take the root.",
    },
)

FOUR = (1.0, -7.0, 5.0, -5.0)


def _numbers(rng: np.random.Generator) -> np.ndarray:
    """20 to 59 numbers of both signs, half a deviation off centre: no two ways to measure their size agree."""
    noise = rng.normal(0, rng.uniform(1, 3), rng.integers(20, 60))
    return noise - noise.mean() + noise.std() * rng.choice([-0.5, 0.5])


@first_check.observe
def observe_first_check(answer: Any, rng: np.random.Generator) -> dict[str, Any]:
    need_callable(answer)
    return {"size": answer(_numbers(rng)), "four": answer(np.array(FOUR))}


@first_check.judge
def judge_first_check(seen: dict[str, Any], rng: np.random.Generator) -> Any:
    if seen["size"] is None:
        return "no-return"
    got, v = np.asarray(seen["size"], float), _numbers(rng)
    if got.shape:
        return "no-number", {"shape": got.shape}
    got, four = got.item(), np.asarray(seen["four"], float).item()
    square = np.mean(v**2)
    if np.allclose([got, four], [np.sqrt(square), 5], rtol=1e-4):
        return None
    slips = {
        "plain-mean": v.mean(),
        "no-root": square,
        "mean-size": np.abs(v).mean(),
        "sum": np.sqrt((v**2).sum()),
        "standard-deviation": v.std(),
    }
    # On most draws |mean| is the mean; the mean of FOUR is negative, and tells them apart.
    if np.allclose([got, four], [abs(v.mean()), abs(np.mean(FOUR))], rtol=1e-4):
        return "mean-first"
    for key, wrong in slips.items():
        if np.isclose(got, wrong, rtol=1e-4):
            return key, {"got": got}
    if np.isclose(got, v.std(ddof=1), rtol=1e-4):
        return "standard-deviation"
    return "wrong-values", {"got": four}


@first_check.own_version
def own_first_check() -> Any:
    def rms(values):
        return np.sqrt(np.mean(np.square(values)))

    return rms
