"""Lesson 1, many slopes in a row: the best case of sigmoids, and a chain of tanh."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import (
    NO_RETURN,
    Seen,
    all_close,
    as_number,
    as_sent,
    cause,
    close,
    fact,
    first_off,
)
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.circles.sigmoids import logistic, logistic_slope

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
        "ignores-depth": "The answer is the same for every depth. Does it use the argument? And does no // or int() "
        "drop what stands behind the point?",
        "right-when-shallow": "Right for the first depths, and wrong further down. It should go on shrinking by the "
        "same factor, however deep: look for rounding, a floor, or a slope taken a little off its top.",
        "wrong-values": "Try depth 1 first: what is the largest slope of one sigmoid? And what does the chain rule "
        "do with several?",
    },
)
DEPTHS = (1, 2, 3, 10, 30)  # always tried: the smallest, the text's own, and one with 18 zeros behind the point


def _depths(rng: np.random.Generator) -> list[int]:
    return [*DEPTHS, int(rng.integers(4, 10)), int(rng.integers(11, 20))]


def _drifting(depth: int) -> float:
    h, product = 0.0, 1.0
    for _ in range(depth):
        product *= logistic_slope(h)
        h = logistic(h)
    return float(product)


@ten_slopes.observe
def observe_ten_slopes(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    return {"products": [as_number(answer(depth)) for depth in _depths(rng)]}


@ten_slopes.judge
def judge_ten_slopes(seen: Seen, rng: np.random.Generator) -> Any:
    if any(value is None for value in seen["products"]):
        return "no-return"
    products = [np.asarray(value, float) for value in seen["products"]]
    if any(value.shape for value in products):
        return "no-number", {"shape": next(value.shape for value in products if value.shape)}
    depths = _depths(rng)
    slips = {
        "adds": lambda d: d / 4,
        "value-not-slope": lambda d: 0.5**d,
        "one-short": lambda d: 0.25 ** (d - 1),
        "one-more": lambda d: 0.25 ** (d + 1),
        "not-at-the-top": lambda d: logistic_slope(1) ** d,
        "drifts": _drifting,
    }
    wanted = [0.25**d for d in depths]
    # The searched top of a slope is a hair below it: 30 such factors are a few ten-thousandths off.
    if all_close(products, wanted, rtol=5e-4):
        return None
    key = cause(products, {key: [wrong(d) for d in depths] for key, wrong in slips.items()}, rtol=1e-3)
    if not key and len({value.item() for value in products}) == 1:
        key = "ignores-depth"
    if not key and all_close(products[:3], wanted[:3], rtol=5e-4):
        key = "right-when-shallow"
    i = first_off(products, wanted, rtol=5e-4)
    return key or "wrong-values", fact(f"best_case({depths[i]})", products[i])


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
        "regions": Miss(
            "Right for some starts, weights and depths, not for all. Any sign, a depth of 1 or 100, and whole "
            "numbers should do as well.",
            share=0.5,
        ),
        "wrong-values": "Follow h from step to step, and multiply by each step's own derivative.",
    },
)
# Always tried: (starts, weight, depth) of both signs, deep chains, whole numbers.
CHAINS = (
    (np.array([0.4, -0.9, 1.5]), 0.8, 3),
    (np.array([0.4, -0.9, 1.5]), -1.3, 5),
    (np.array([1.0, -0.2]), 1.2, 1),
    (np.array([1.0, -2.5]), 1.0, 100),
    (np.array([1, -2, 3]), 0.9, 4),
    (np.array([0.01, -0.02]), 4.0, 2),
    (np.array([1.2]), 0.5, 20),
)


def _chains(rng: np.random.Generator) -> list[tuple[np.ndarray, float, int]]:
    """The chains above; drawn are starts away from 0 (where all chains look alike) and a weight away from 1."""
    x = rng.uniform(0.4, 1.5, 12) * rng.choice([-1, 1], 12)
    weight = float(rng.choice([0.75, 1.3]) + rng.uniform(-0.1, 0.1))
    return [(x, weight, int(rng.integers(3, 8))), *CHAINS]


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
    return {"chains": [as_sent(answer(x.copy(), w, depth)) for x, w, depth in _chains(rng)]}


@tanh_slopes.judge
def judge_tanh_slopes(seen: Seen, rng: np.random.Generator) -> Any:
    if any(chain is None for chain in seen["chains"]):
        return "no-return"
    got, chains = [np.asarray(chain, float) for chain in seen["chains"]], _chains(rng)
    for chain, (x, _, _) in zip(got, chains, strict=True):
        if chain.shape != x.shape:
            return "wrong-shape", {"wanted": x.shape, "got": chain.shape}
    results = [_all_results(x.astype(float), w, depth) for x, w, depth in chains]
    wanted = [result.pop("") for result in results]
    # A derivative by rise over run has four digits; single precision loses some on the way through a hundred steps.
    if all_close(got, wanted, rtol=1e-4):
        return None
    i = first_off(got, wanted, rtol=1e-4)
    x, w, depth = chains[i]
    worst = int(np.argmax(np.nan_to_num(np.abs(got[i] - wanted[i]), nan=np.inf)))
    told = fact(
        f"From x = {x[worst]:.3g} with w = {w:.3g} and depth {depth}, your chain", got[i][worst], wanted[i][worst]
    )
    right = sum(close(g, v, rtol=1e-4) for g, v in zip(got, wanted, strict=True))
    key = cause(got, {key: [result[key] for result in results] for key in results[0]}, rtol=1e-4)
    return (key or ("regions" if 2 * right >= len(got) else "wrong-values")).rstrip("+"), told


def _all_results(x: np.ndarray, w: float, depth: int) -> dict[str, np.ndarray]:
    """The derivative (under no key), and what each misconception gets in its place."""
    h = _walk(x, w, depth + 1)
    steps = w * (1 - h[1:] ** 2)
    return {
        "": steps[:depth].prod(0),
        "value": h[depth],
        "no-weight": (1 - h[1:] ** 2)[:depth].prod(0),
        "slope-of-output": (w * (1 - np.tanh(h[1:]) ** 2))[:depth].prod(0),
        "same-place": steps[0] ** depth,
        "best-case": np.full(x.shape, w**depth),
        "sigmoid": _sigmoid_chain(x, w, depth),
        "one-short": steps[: depth - 1].prod(0),
        "one-more": steps.prod(0),
        "one-behind": (w * (1 - h[:depth] ** 2)).prod(0),
        "last-only": steps[depth - 1],
        # A sum may have begun at 0, or at 1 as a product does.
        "adds": steps[:depth].sum(0),
        "adds+": 1 + steps[:depth].sum(0),
    }


@tanh_slopes.own_version
def own_tanh_slopes() -> Any:
    def tanh_chain(x, w, depth):
        h, derivative = np.asarray(x, float), 1.0
        for _ in range(depth):
            h = np.tanh(w * h)
            derivative = derivative * w * (1 - h**2)
        return derivative

    return tanh_chain
