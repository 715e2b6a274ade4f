"""Lesson 1, the sigmoid: a stable one, and its slope."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_sent, fact, shortened, with_other_half
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable


def logistic(z: Any) -> np.ndarray:
    """1 / (1 + exp(-z)), for any array."""
    return np.exp(-np.logaddexp(0, -np.asarray(z, float)))


def logistic_slope(z: Any) -> np.ndarray:
    """The slope of `logistic` at z."""
    return logistic(z) * logistic(-np.asarray(z, float))


sigmoid = Exercise(
    "sigmoid",
    points=1,
    title="a stable sigmoid and its slope",
    answers=("sigmoid", "sigmoid_slope"),
    passed="Stable from −1000 to 1000, and no slope anywhere is above 1/4. Keep that quarter in mind.",
    misses={
        "no-return": NO_RETURN,
        "one-at-a-time": "{name} works for one number only. Here z is an array: np.exp, np.abs and np.where work "
        "on all its entries at once.",
        "one-row": Miss(
            "{name} is right for a row of numbers, and stops at a matrix, an array of shape {shape}. np.exp, np.abs "
            "and np.where take both.",
            share=0.5,
        ),
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
        "wrong-shape": "{name}: an array of shape {wanted} went in, and one of shape {got} came out.",
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
BETWEEN = np.array([0.05, 0.3, 0.5, 0.9])  # z that could be taken for outputs
WILD = np.array([-1000.0, -710.0, -40.0, 40.0, 710.0, 1000.0])


def _inputs(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Moderate z, drawn ones among them, whole z, and z so large that exp(|z|) is beyond float64."""
    mild = np.concatenate([MILD, rng.normal(0, 3, (5, 4))])
    return {"mild": mild, "between": BETWEEN, "whole": WHOLE, "wild": np.append(WILD, rng.uniform(-1000, 1000, 4))}


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


def _apply_to_rows(function: Any, z: np.ndarray) -> Any:
    """As ``_apply``; where a matrix is refused, the values of its entries in one row, and that this was so."""
    got = _apply(function, z)
    if not isinstance(got, str):
        return got, False
    row = _apply(function, z.ravel())
    fits = not isinstance(row, str) and np.shape(row) == (z.size,)
    return (np.reshape(row, z.shape), True) if fits else (got, False)


def _first_warning(function: Any, z: np.ndarray) -> dict[str, Any]:
    """The first z at which the function overflows, and in which words; empty where it does not."""
    for one in z:
        try:
            with np.errstate(over="raise", invalid="raise"):
                function(np.array([one]))
        except (FloatingPointError, OverflowError) as error:
            return {"z": float(one), "text": shortened(str(error), 80)}
    return {}


@sigmoid.observe
def observe_sigmoid(function: Any, slope: Any, rng: np.random.Generator) -> Seen:
    need_callable(function)
    need_callable(slope)
    inputs, seen = _inputs(rng), {"rows": [], "warned": []}
    for part, answer in (("values", function), ("slopes", slope)):
        mild, in_rows = _apply_to_rows(answer, inputs["mild"])
        seen[part] = {"mild": mild} | {name: _apply(answer, inputs[name]) for name in ("between", "whole", "wild")}
        seen["rows"].append(in_rows)
        numbers = seen[part]["wild"] is not None and np.asarray(seen[part]["wild"]).dtype.kind == "f"
        overflows = numbers and np.isnan(seen[part]["wild"]).any()
        seen["warned"].append(_first_warning(answer, inputs["wild"]) if overflows else {})
    return seen


@sigmoid.judge
def judge_sigmoid(seen: Seen, rng: np.random.Generator) -> Any:
    inputs = _inputs(rng)
    parts = dict(zip(sigmoid.answers, (seen["values"], seen["slopes"]), strict=True))
    odd = {name: _judge_form(name, got, inputs) for name, got in parts.items()}
    if any(odd.values()):
        one, other = sorted(odd, key=lambda name: not odd[name])
        right = not odd[other] and _is_right(other, parts[other], inputs)
        return with_other_half(odd[one], right, f"{other} is right.")
    s, slope = ({name: np.asarray(v, float) for name, v in seen[kind].items()} for kind in ("values", "slopes"))
    mild = inputs["mild"].ravel()
    slope_right = _is_right("sigmoid_slope", slope, inputs)
    return (
        with_other_half(_judge_sigmoid(s["mild"].ravel(), mild), slope_right, "sigmoid_slope is right.")
        or _judge_slope(slope["mild"].ravel(), mild)
        or with_other_half(_judge_sigmoid(s["between"], BETWEEN), slope_right, "sigmoid_slope is right.")
        or _judge_slope(slope["between"], BETWEEN)
        or _judge_range("whole", inputs, s, slope)
        or _judge_range("wild", inputs, s, slope, seen["warned"])
        or _judge_rows(seen["rows"], inputs["mild"])
    )


def _judge_form(answer: str, got: dict[str, Any], inputs: dict[str, np.ndarray]) -> Any:
    if any(value is None for value in got.values()):
        return "no-return", {"name": answer}
    if any(isinstance(value, str) for value in got.values()):
        return "one-at-a-time", {"name": answer}
    shapes = ((z.shape, np.shape(got[name])) for name, z in inputs.items())
    off = next(((wanted, shape) for wanted, shape in shapes if wanted != shape), None)
    return off and ("wrong-shape", {"name": answer, "wanted": off[0], "got": off[1]})


def _is_right(answer: str, got: dict[str, Any], inputs: dict[str, np.ndarray]) -> bool:
    formula = {"sigmoid": logistic, "sigmoid_slope": logistic_slope}[answer]
    return all(_as_good(np.asarray(got[name], float), formula(z)) for name, z in inputs.items())


def _judge_rows(rows: list[bool], z: np.ndarray) -> Any:
    return ("one-row", {"name": sigmoid.answers[rows.index(True)], "shape": z.shape}) if any(rows) else None


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


def _judge_range(part: str, inputs: dict, s: dict, slope: dict, warned: Any = ({}, {})) -> Any:
    z = inputs[part].astype(float)
    pairs = (("sigmoid", s, logistic(z)), ("sigmoid_slope", slope, logistic_slope(z)))
    for (name, got, wanted), warning in zip(pairs, warned, strict=True):
        if _as_good(got[part], wanted):
            continue
        if part == "whole":
            return "whole-numbers", _at_worst(f"For whole numbers, {name}", got[part], wanted, z)
        told = {"name": name, **_at_worst(name, got[part], wanted, z)}
        if warning:
            told["fact"] = f"{name} at z = {warning['z']:.4g}: {warning['text']}."
        return "far-out" if np.isfinite(got[part]).all() else "overflows", told
    return None


@sigmoid.own_version
def own_sigmoid() -> Any:
    def sigmoid(z):
        e = np.exp(-np.abs(z))
        return np.where(np.asarray(z) >= 0, 1, e) / (1 + e)

    def sigmoid_slope(z):
        return sigmoid(z) * (1 - sigmoid(z))

    return sigmoid, sigmoid_slope
