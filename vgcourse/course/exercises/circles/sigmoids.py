"""Lesson 1, the sigmoid: a stable one, its slope, and what many slopes in a row do."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_sent, near, slip
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
            "Right for moderate z, but at z = ±1000 np.exp overflows in {name}. exp of a number that is not positive "
            "never does (and beware: np.where computes both of its branches everywhere).",
            share=0.5,
        ),
        "mirrored": "This falls from 1 to 0 as z grows: a sign in the exponent is the wrong way round.",
        "tanh": "This runs from −1 to 1: it is tanh. The sigmoid runs from 0 to 1.",
        "wrong-shape": "An array of shape {wanted} went in and one of shape {got} came out.",
        "wrong-values": "At z = {z:.2f} your sigmoid gives {got:.4g}. It should be 1/2 at 0, near 1 for large z, "
        "near 0 for very negative z.",
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
            "sigmoid is right. At z = {z:.2f} your slope is {got:.4g}; the sigmoid rises by {wanted:.4g} per unit "
            "of z there.",
            share=0.5,
        ),
    },
)


def _inputs(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Moderate z (with 0 among them), and z so large that exp(|z|) is beyond float64."""
    mild = np.append(rng.normal(0, 3, 31), 0.0).reshape(8, 4)
    return mild, np.array([-1000.0, 1000.0, *rng.uniform(-1000, 1000, 4)])


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
    mild, wild = _inputs(rng)
    parts = {"mild": (function, mild), "wild": (function, wild), "slope": (slope, mild), "steep": (slope, wild)}
    return {name: _apply(f, z) for name, (f, z) in parts.items()}


@sigmoid.judge
def judge_sigmoid(seen: Seen, rng: np.random.Generator) -> Any:
    mild, wild = _inputs(rng)
    values = [seen[name] for name in ("mild", "wild", "slope", "steep")]
    if any(value is None for value in values):
        return "no-return"
    if any(isinstance(value, str) for value in values):
        return "one-at-a-time"
    s, far, slope, steep = (np.asarray(value, float) for value in values)
    for got, z in ((s, mild), (slope, mild), (far, wild), (steep, wild)):
        if got.shape != z.shape:
            return "wrong-shape", {"wanted": z.shape, "got": got.shape}
    flat = mild.ravel()
    return _judge_sigmoid(s.ravel(), flat) or _judge_slope(slope.ravel(), flat) or _judge_wild(far, steep, wild)


def _judge_sigmoid(s: np.ndarray, z: np.ndarray) -> Any:
    wanted = logistic(z)
    if near(s, wanted, rtol=0, atol=1e-5):
        return None
    worst = int(np.nanargmax(np.abs(s - wanted))) if np.isfinite(s).any() else 0
    key = slip(s, {"mirrored": 1 - wanted, "tanh": np.tanh(z)})
    return key or ("wrong-values", {"z": z[worst], "got": s[worst]})


def _judge_slope(slope: np.ndarray, z: np.ndarray) -> Any:
    s, wanted = logistic(z), logistic_slope(z)
    if near(slope, wanted, rtol=0, atol=1e-5):
        return None
    slips = {
        "slope-takes-output": z * (1 - z),
        "slope-of-tanh": 1 - s**2,
        "slope-is-one-minus": 1 - s,
        "slope-negative": -wanted,
    }
    worst = int(np.argmax(np.abs(slope - wanted)))
    return slip(slope, slips) or ("slope-wrong", {"z": z[worst], "got": slope[worst], "wanted": wanted[worst]})


def _judge_wild(far: np.ndarray, steep: np.ndarray, z: np.ndarray) -> Any:
    if not near(far, logistic(z), rtol=0, atol=1e-5):
        return "overflows", {"name": "sigmoid"}
    right = near(steep, logistic_slope(z), rtol=0, atol=1e-5)
    return None if right else ("overflows", {"name": "sigmoid_slope"})


@sigmoid.own_version
def own_sigmoid() -> Any:
    def sigmoid(z):
        e = np.exp(-np.abs(z))
        return np.where(np.asarray(z) >= 0, 1, e) / (1 + e)

    def sigmoid_slope(z):
        return sigmoid(z) * (1 - sigmoid(z))

    return sigmoid, sigmoid_slope


ten_slopes = Exercise(
    "ten-slopes",
    points=1,
    title="the best case of sigmoids in a row",
    answers=("best_case",),
    passed="The best that can happen, and it still shrinks fourfold at every layer.",
    misses={
        "no-return": NO_RETURN.format(name="best_case"),
        "no-number": "best_case gives one number for one depth; this has shape {shape}.",
        "adds": "You add the slopes. The chain rule multiplies them.",
        "value-not-slope": "1/2 is the sigmoid's value at 0. The error is multiplied by its slope there.",
        "one-short": "One slope too few: depth sigmoids in a row give depth factors.",
        "one-more": "One slope too many: depth sigmoids in a row give depth factors.",
        "not-at-the-top": "You take the slope at z = 1. Where is the sigmoid steepest?",
        "drifts": "You feed each output into the next sigmoid, so z moves to 0.5, 0.62, … where the slope is "
        "below its top. In the best case every z sits where the slope is largest.",
        "ignores-depth": "The answer is the same for every depth: use the argument.",
        "wrong-values": "For depth {depth} you give {got:.3g}. Try depth 1 first: what is the largest slope of one "
        "sigmoid?",
    },
)


def _depths(rng: np.random.Generator) -> list[int]:
    return [int(depth) for depth in (1, *rng.permutation(np.arange(2, 13))[:3])]


def _drifting(depth: int) -> float:
    h, product = 0.0, 1.0
    for _ in range(depth):
        product *= logistic_slope(h)
        h = logistic(h)
    return float(product)


@ten_slopes.observe
def observe_ten_slopes(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    return {"products": [as_sent(answer(depth)) for depth in _depths(rng)]}


@ten_slopes.judge
def judge_ten_slopes(seen: Seen, rng: np.random.Generator) -> Any:
    if any(value is None for value in seen["products"]):
        return "no-return"
    products = [np.asarray(value, float) for value in seen["products"]]
    if any(value.shape for value in products):
        return "no-number", {"shape": next(value.shape for value in products if value.shape)}
    got, d = np.array([value.item() for value in products]), np.array(_depths(rng))
    # In logarithms: the product of ten slopes is a millionth, and 0 is not near it.
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.nan_to_num(np.log(got), nan=999)
    slips = {
        "adds": d / 4,
        "value-not-slope": 0.5**d,
        "one-short": 0.25 ** (d - 1),
        "one-more": 0.25 ** (d + 1),
        "not-at-the-top": logistic_slope(1) ** d,
        "drifts": [_drifting(depth) for depth in d],
    }
    if near(logs, d * np.log(0.25), rtol=0, atol=0.005):
        return None
    if key := slip(logs, {key: np.log(wrong) for key, wrong in slips.items()}, rtol=0, atol=0.005):
        return key
    if len(set(got.tolist())) == 1:
        return "ignores-depth"
    return "wrong-values", {"depth": d[-1], "got": got[-1]}


@ten_slopes.own_version
def own_ten_slopes() -> Any:
    def best_case(depth):
        return 0.25**depth

    return best_case


tanh_slopes = Exercise(
    "tanh-slopes",
    points=3,
    title="a chain of tanh",
    answers=("tanh_chain",),
    passed="Right for any start, weight and depth. Now turn the weight and watch what a chain can keep.",
    misses={
        "no-return": NO_RETURN.format(name="tanh_chain"),
        "wrong-shape": "x had shape {wanted}, your answer has shape {got}: one derivative for each start.",
        "value": "This is the chain's output. Its derivative with respect to x was asked for.",
        "no-weight": Miss(
            "Slopes are there, weights are not: each step h ← tanh(w h) contributes w times the slope.", share=0.5
        ),
        "slope-of-output": Miss(
            "You take tanh's slope at h, the step's output: a tanh of a tanh. It is wanted at z = w h, the step's "
            "input.",
            share=0.5,
        ),
        "same-place": "Every layer gets the slope at the first z. But z changes along the chain: follow h.",
        "best-case": "This is the best case, w^depth, with every slope at its top of 1. Here z is what the chain "
        "makes it.",
        "sigmoid": "This chain is made of sigmoids. Here h ← tanh(w h).",
        "one-short": Miss("One step too few: depth steps of h ← tanh(w h).", share=0.5),
        "one-more": Miss("One step too many: depth steps of h ← tanh(w h).", share=0.5),
        "one-behind": Miss(
            "Each factor has the h of the step before: first the new h, then its slope 1 − h².", share=0.5
        ),
        "last-only": "This is the factor of the last step alone. The chain rule multiplies one for every step.",
        "adds": "You add the factors of the steps. The chain rule multiplies them.",
        "wrong-values": "For x = {x:.2f}, w = {w:.2f}, depth {depth} you give {got:.4g}; rise over run gives "
        "{wanted:.4g}.",
    },
)


def _starts(rng: np.random.Generator) -> tuple[np.ndarray, float, int]:
    """Starts away from 0 (where all chains look alike), a weight away from 1, a few layers."""
    x = rng.uniform(0.4, 1.5, 12) * rng.choice([-1, 1], 12)
    return x, float(rng.choice([0.75, 1.3]) + rng.uniform(-0.1, 0.1)), int(rng.integers(3, 8))


def _walk(x: np.ndarray, w: float, depth: int) -> np.ndarray:
    """h at every step, shape (depth + 1, len(x)): row 0 is x itself."""
    rows = [x]
    for _ in range(depth):
        rows.append(np.tanh(w * rows[-1]))
    return np.array(rows)


def _sigmoid_chain(x: np.ndarray, w: float, depth: int) -> np.ndarray:
    product, h = np.ones_like(x), x
    for _ in range(depth):
        product, h = product * w * logistic_slope(w * h), logistic(w * h)
    return product


@tanh_slopes.observe
def observe_tanh_slopes(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    x, w, depth = _starts(rng)
    return {"chain": as_sent(answer(x, w, depth))}


@tanh_slopes.judge
def judge_tanh_slopes(seen: Seen, rng: np.random.Generator) -> Any:
    if seen["chain"] is None:
        return "no-return"
    got, (x, w, depth) = np.asarray(seen["chain"], float), _starts(rng)
    if got.shape != x.shape:
        return "wrong-shape", {"wanted": x.shape, "got": got.shape}
    h = _walk(x, w, depth + 1)
    steps = w * (1 - h[1:] ** 2)
    wanted = steps[:depth].prod(0)
    if near(got, wanted, rtol=1e-3, atol=1e-6):
        return None
    slips = {
        "value": h[depth],
        "no-weight": wanted / w**depth,
        "slope-of-output": (w * (1 - np.tanh(h[1:]) ** 2))[:depth].prod(0),
        "same-place": steps[0] ** depth,
        "best-case": np.full(x.shape, w**depth),
        "sigmoid": _sigmoid_chain(x, w, depth),
        "one-short": steps[: depth - 1].prod(0),
        "one-more": steps.prod(0),
        "one-behind": (w * (1 - h[:depth] ** 2)).prod(0),
        "last-only": steps[depth - 1],
    }
    # A sum may have begun at 0, or at 1 as a product does.
    if any(near(got, begin + steps[:depth].sum(0), rtol=1e-3, atol=1e-6) for begin in (0, 1)):
        return "adds"
    worst = int(np.nanargmax(np.abs(got - wanted))) if np.isfinite(got).any() else 0
    fields = {"x": x[worst], "w": w, "depth": depth, "got": got[worst], "wanted": wanted[worst]}
    return slip(got, slips, rtol=1e-3, atol=1e-6) or ("wrong-values", fields)


@tanh_slopes.own_version
def own_tanh_slopes() -> Any:
    def tanh_chain(x, w, depth):
        h, derivative = np.asarray(x, float), 1.0
        for _ in range(depth):
            h = np.tanh(w * h)
            derivative = derivative * w * (1 - h**2)
        return derivative

    return tanh_chain
