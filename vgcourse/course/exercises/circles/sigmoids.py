"""Lesson 1, the sigmoid: a stable one, and its slope."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_sent, fact, with_other_half
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable


def logistic(z: Any) -> np.ndarray:
    return np.exp(-np.logaddexp(0, -np.asarray(z, float)))


def logistic_slope(z: Any) -> np.ndarray:
    return logistic(z) * logistic(-np.asarray(z, float))


sigmoid = Exercise(
    "sigmoid",
    points=1,
    title="a stable sigmoid and its slope",
    answers=("sigmoid", "sigmoid_slope"),
    passed="Stable from −1000 to 1000, and no slope anywhere is above 1/4. Keep that quarter in mind.",
    misses={
        "no-return": NO_RETURN.format(name="One of the two functions"),
        "one-at-a-time": "This works for one number only. Here z is an array: np.exp, np.abs and np.where work "
        "on all its entries at once.",
        "overflows": Miss(
            "Right for moderate z, but between z = −1000 and 1000 {name} overflows. exp of a number that is not "
            "positive never does (and beware: np.where computes both of its branches everywhere).",
            share=0.5,
        ),
        "far-out": Miss(
            "Right for moderate z, and no longer right far out. It should be, from z = −1000 to 1000.",
            share=0.5,
        ),
        "whole-numbers": Miss(
            "Right for decimal numbers. But z may be an array of whole numbers, too: does an array of yours take "
            "over its type, as np.zeros_like does?",
            share=0.5,
        ),
        "mirrored": "This falls from 1 to 0 as z grows: a sign in the exponent is the wrong way round.",
        "tanh": "This runs from −1 to 1: it is tanh. The sigmoid runs from 0 to 1.",
        "wrong-shape": "An array of shape {wanted} went in and one of shape {got} came out.",
        "wrong-values": "A sigmoid is 1/2 at 0, near 1 for large z, near 0 for very negative z.",
        "slope-takes-output": Miss(
            "sigmoid is right. Your slope is z(1 − z): s(1 − s) wants s = sigmoid(z), not z itself.", share=0.5
        ),
        "slope-of-tanh": Miss("sigmoid is right. 1 − s² is the slope of tanh, not of the sigmoid.", share=0.5),
        "slope-is-one-minus": Miss(
            "sigmoid is right. Your slope is 1 − s: one factor of s(1 − s) is missing.", share=0.5
        ),
        "slope-negative": Miss(
            "sigmoid is right. Your slope is negative, yet the sigmoid rises everywhere.", share=0.5
        ),
        "slope-wrong": Miss(
            "sigmoid is right. Its slope says by how much it rises per unit of z.",
            share=0.5,
        ),
    },
)


# Always tried: 0, both signs, whole numbers, a matrix; and z far beyond what exp can bear.
MILD = np.array([[-3.0, -1.0, -0.25, 0.0], [0.1, 0.5, 2.0, 8.0], [-6.0, 12.0, -12.0, 1.0]])
WHOLE = np.array([-4, -1, 0, 1, 3])
WILD = np.array([-1000.0, -710.0, -40.0, 40.0, 710.0, 1000.0])


def _inputs(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Moderate z, drawn ones among them, whole z, and z so large that exp(|z|) is beyond float64."""
    mild = np.concatenate([MILD, rng.normal(0, 3, (5, 4))])
    return {"mild": mild, "whole": WHOLE, "wild": np.append(WILD, rng.uniform(-1000, 1000, 4))}


def _apply(function: Any, z: np.ndarray) -> Any:
    """The function's values; NaN where it overflows; text where it takes single numbers only."""
    try:
        with np.errstate(over="raise", invalid="raise"):
            return as_sent(function(z.copy()))
    except (FloatingPointError, OverflowError):
        return np.full(z.shape, np.nan)
    except (TypeError, ValueError) as error:
        if "truth value" in str(error) or "only " in str(error):
            return "one number only"
        raise


@sigmoid.observe
def observe_sigmoid(function: Any, slope: Any, rng: np.random.Generator) -> Seen:
    need_callable(function)
    need_callable(slope)
    inputs = _inputs(rng)
    return {
        "values": {name: _apply(function, z) for name, z in inputs.items()},
        "slopes": {name: _apply(slope, z) for name, z in inputs.items()},
    }


@sigmoid.judge
def judge_sigmoid(seen: Seen, rng: np.random.Generator) -> Any:
    inputs = _inputs(rng)
    values = [*seen["values"].values(), *seen["slopes"].values()]
    if any(value is None for value in values):
        return "no-return"
    if any(isinstance(value, str) for value in values):
        return "one-at-a-time"
    s, slope = ({name: np.asarray(v, float) for name, v in seen[kind].items()} for kind in ("values", "slopes"))
    for got in (s, slope):
        for name, z in inputs.items():
            if got[name].shape != z.shape:
                return "wrong-shape", {"wanted": z.shape, "got": got[name].shape}
    mild = inputs["mild"].ravel()
    slope_right = all(_as_good(slope[name], logistic_slope(z)) for name, z in inputs.items())
    return (
        with_other_half(_judge_sigmoid(s["mild"].ravel(), mild), slope_right, "sigmoid_slope is right.")
        or _judge_slope(slope["mild"].ravel(), mild)
        or _judge_range("whole", inputs, s, slope)
        or _judge_range("wild", inputs, s, slope)
    )


def _as_good(got: np.ndarray, wanted: np.ndarray) -> bool:
    """To five digits, or to six decimals: what `1 - s` can give in single precision."""
    return got.shape == wanted.shape and np.allclose(got, wanted, rtol=2e-5, atol=1e-6)


def _at_worst(name: str, got: np.ndarray, wanted: np.ndarray, z: np.ndarray) -> dict[str, str]:
    off = np.nan_to_num(np.abs(got - wanted), nan=np.inf)
    i = int(np.argmax(off))
    return fact(f"{name} at z = {z[i]:.4g}", got[i], wanted[i])


def _judge_sigmoid(s: np.ndarray, z: np.ndarray) -> Any:
    wanted = logistic(z)
    if _as_good(s, wanted):
        return None
    slips = {"mirrored": 1 - wanted, "tanh": np.tanh(z)}
    key = next((key for key, wrong in slips.items() if _as_good(s, wrong)), "wrong-values")
    return key, _at_worst("sigmoid", s, wanted, z)


def _judge_slope(slope: np.ndarray, z: np.ndarray) -> Any:
    s, wanted = logistic(z), logistic_slope(z)
    if _as_good(slope, wanted):
        return None
    slips = {
        "slope-takes-output": z * (1 - z),
        "slope-of-tanh": 1 - s**2,
        "slope-is-one-minus": 1 - s,
        "slope-negative": -wanted,
    }
    key = next((key for key, wrong in slips.items() if _as_good(slope, wrong)), "slope-wrong")
    return key, _at_worst("sigmoid_slope", slope, wanted, z)


def _judge_range(part: str, inputs: dict, s: dict, slope: dict) -> Any:
    z = inputs[part].astype(float)
    for name, got, wanted in (("sigmoid", s, logistic(z)), ("sigmoid_slope", slope, logistic_slope(z))):
        if _as_good(got[part], wanted):
            continue
        if part == "whole":
            return "whole-numbers", _at_worst(f"For whole numbers, {name}", got[part], wanted, z)
        finite = np.isfinite(got[part]).all()
        return "far-out" if finite else "overflows", {"name": name, **_at_worst(name, got[part], wanted, z)}
    return None


@sigmoid.own_version
def own_sigmoid() -> Any:
    def sigmoid(z):
        e = np.exp(-np.abs(z))
        return np.where(np.asarray(z) >= 0, 1, e) / (1 + e)

    def sigmoid_slope(z):
        return sigmoid(z) * (1 - sigmoid(z))

    return sigmoid, sigmoid_slope
