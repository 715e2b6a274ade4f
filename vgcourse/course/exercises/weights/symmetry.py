"""Lesson 3, equal units: which kernels to draw so that all of them part."""

import itertools
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.gradients.oracle import Weights, keras_model, names, run

break_symmetry = Exercise(
    "break-symmetry",
    points=3,
    title="equal units, parted with as few kernels as possible",
    answers=("break_symmetry",),
    changes=(0,),
    passed="Trained by hand from your start, all units of all layers go ways of their own, and no kernel was drawn "
    "in vain.",
    misses={
        "unchanged": "The model's kernels are as they were.",
        "biases": "The biases have changed. They part units as well, but here only kernels may be drawn.",
        "constant": "The kernel of {layer} has a new value, and all its weights share it. Equal units stay equal: "
        "draw each weight for itself.",
        "repeated": "In the new kernel of {layer} all {what} are alike. Draw every weight for itself.",
        "twins-left": "I trained your model with {depth} hidden layers by hand. In {layer} only {got} of {units} "
        "units can be told apart: the others are twins, alike in what goes in and in what goes out.",
        "too-many": Miss(
            "All units part. But you drew {got} kernels in a model with {depth} hidden layers, and {wanted} are "
            "enough: a kernel touches two layers.",
            share=0.5,
        ),
        "size": Miss(
            "All units part, with as few kernels as possible. But the new weights have a root mean square of "
            "{got:.2g}; a standard deviation of 0.5 is asked for.",
            share=0.5,
        ),
        "one-sided": Miss(
            "All units part, with as few kernels as possible. But the new weights have a mean of {got:.2g}; a normal "
            "distribution with mean 0 is asked for.",
            share=0.5,
        ),
        "not-normal": Miss(
            "All units part, and the new weights have the size that is asked for. But {got:.1%} of them are larger "
            "than 1.8 times their root mean square: of normal numbers it is 7 %. Draw from a normal distribution.",
            share=0.5,
        ),
        "added": Miss(
            "All units part. But the new weights are the old constant with random numbers added, so their mean is "
            "not 0. Put the draw in its place.",
            share=0.5,
        ),
        "same-draw": Miss(
            "All units part. But the kernels of {layer} and {other} are the same draw: make one generator, before "
            "the loop, not one for each layer.",
            share=0.5,
        ),
        "no-seed": Miss(
            "All units part. But two calls with the same seed draw different weights: use the seed.", share=0.5
        ),
        "one-seed": Miss("All units part. But every seed draws the same weights: use the seed.", share=0.5),
    },
)
WIDTH, SD = 6, 0.5
DEEP, MORE = 6, 8  # hidden layers of the deeper model, and how many more seeds it is drawn with


def _draw(rng: np.random.Generator) -> tuple[list[Weights], np.ndarray, np.ndarray, list[int]]:
    """A constant start with an even, and one with an odd number of hidden layers; data; the seeds."""
    depths = rng.permutation([DEEP, int(rng.choice([3, 5]))])
    X = rng.normal(size=(60, 3))
    y = (rng.random(60) < 0.4).astype(float)
    seeds = rng.choice(1000, 2 + MORE, replace=False)
    return [_constant(rng, int(depth)) for depth in depths], X, y, [int(seed) for seed in seeds]


def _constant(rng: np.random.Generator, depth: int) -> Weights:
    sizes = [3, *[WIDTH] * depth, 1]
    values = rng.uniform(1.0, 1.4, depth + 1) / np.array(sizes[:-1])
    shapes = zip(sizes[:-1], sizes[1:], values, strict=True)
    return [(np.full((a, b), value), np.zeros(b)) for a, b, value in shapes]


@break_symmetry.observe
def observe_break_symmetry(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    starts, _, _, (seed, other, *more) = _draw(rng)
    first, second = (keras_model(start, "tanh") for start in starts)
    drawn = [_after(answer, model, seed) for model in (first, second)]
    again, different = _after(answer, first, seed), _after(answer, first, other)
    deep = first if len(starts[0]) > DEEP else second
    return {"drawn": drawn, "again": again, "other": different, "more": [_after(answer, deep, one) for one in more]}


def _after(answer: Any, model: Any, seed: int) -> list[np.ndarray]:
    """The weights that the answer gives the model, which then gets its own back."""
    before = model.get_weights()
    answer(model, seed)
    after = [np.asarray(array) for array in model.get_weights()]
    model.set_weights(before)
    return after


@break_symmetry.judge
def judge_break_symmetry(seen: Seen, rng: np.random.Generator) -> Any:
    starts, X, y, _ = _draw(rng)
    drawn = [_pairs(flat, start) for flat, start in zip(seen["drawn"], starts, strict=True)]
    both = list(zip(drawn, starts, strict=True))
    # Twins before waste: a model without twins can still have been drawn too generously.
    for judge in (_judge_change, lambda got, start: _judge_twins(got, start, X, y), _judge_count):
        if problem := next((p for p in (judge(got, start) for got, start in both) if p), None):
            return problem
    deep = next(start for start in starts if len(start) > DEEP)
    return (
        _judge_numbers(both) or _judge_seeds(seen) or _judge_size([_pairs(flat, deep) for flat in seen["more"]], deep)
    )


def _pairs(flat: list[np.ndarray], start: Weights) -> Weights:
    got = list(zip(flat[::2], flat[1::2], strict=True))
    if [k.shape for k, _ in got] != [k.shape for k, _ in start]:
        raise ValueError("the kernels have other shapes than before")
    return [(k.astype(float), b.astype(float)) for k, b in got]


def _touched(got: Weights, start: Weights) -> list[int]:
    return [i for i, ((k, _), (old, _)) in enumerate(zip(got, start, strict=True)) if np.abs(k - old).max() > 1e-6]


def _judge_change(got: Weights, start: Weights) -> Any:
    touched, layers = _touched(got, start), names(start)
    if any(np.abs(b).max() > 1e-6 for _, b in got):
        return "biases"
    if not touched:
        return "unchanged"
    for i in touched:
        kernel = got[i][0]
        if np.ptp(kernel) < 1e-6:
            return "constant", {"layer": layers[i]}
        for what, axis in (("columns", 1), ("rows", 0)):
            if kernel.shape[axis] > 1 and np.ptp(kernel, axis=axis).max() < 1e-6:
                return "repeated", {"layer": layers[i], "what": what}
    return None


def _judge_twins(got: Weights, start: Weights, X: np.ndarray, y: np.ndarray) -> Any:
    ended = _train(got, X, y)
    for i, name in enumerate(names(start)[:-1]):
        units = np.concatenate([ended[i][0], ended[i][1][None], ended[i + 1][0].T])
        different = _different(units)
        if different < WIDTH:
            return "twins-left", {"layer": name, "got": different, "units": WIDTH, "depth": len(start) - 1}
    return None


def _different(units: np.ndarray, hair: float = 1e-6) -> int:
    """How many columns differ from all before by more than a hair. Rounding would not do: it parts neighbours."""
    kept: list[np.ndarray] = []
    for unit in units.T:
        if all(np.abs(unit - other).max() > hair for other in kept):
            kept.append(unit)
    return len(kept)


def _train(weights: Weights, X: np.ndarray, y: np.ndarray, steps: int = 10, rate: float = 0.3) -> Weights:
    for _ in range(steps):
        ran = run(weights, "tanh", X, y)
        pairs = zip(weights, ran.kernels, ran.biases, strict=True)
        weights = [(k - rate * dk / len(X), b - rate * db / len(X)) for (k, b), dk, db in pairs]
    return weights


def _judge_count(got: Weights, start: Weights) -> Any:
    touched, depth = _touched(got, start), len(start) - 1
    wanted = (depth + 1) // 2
    return ("too-many", {"got": len(touched), "depth": depth, "wanted": wanted}) if len(touched) > wanted else None


def _judge_numbers(both: list[tuple[Weights, Weights]]) -> Any:
    for got, start in both:
        for a, b in itertools.pairwise(_touched(got, start)):
            if got[a][0].shape == got[b][0].shape and np.allclose(got[a][0], got[b][0]):
                return "same-draw", {"layer": names(start)[a], "other": names(start)[b]}
    return "added" if _added(both) else None


def _judge_size(draws: list[Weights], start: Weights) -> Any:
    """One model, and a seed each: drawn from one seed, two models hold the same numbers, which count once."""
    new = [got[i][0] for got in draws for i in _touched(got, start)]
    values = np.concatenate([kernel.ravel() for kernel in new if kernel.shape == (WIDTH, WIDTH)])
    size = float(np.sqrt((values**2).mean()))
    # 8 standard errors of the root mean square of 864 normal numbers are 19 %: a normal distribution that is cut at
    # two deviations, 12 % smaller, is within four of its own, and the variance in the deviation's place far outside.
    if abs(size / SD - 1) >= 8 / np.sqrt(2 * len(values)):
        return "size", {"got": size}
    if abs(values.mean()) >= 8 * SD / np.sqrt(len(values)):
        return "one-sided", {"got": float(values.mean())}
    # Of normal numbers, cut at two deviations or not, 7 % to 8 % are so large, 60 and more; of uniform ones none is.
    large = float(np.mean(np.abs(values) > 1.8 * size))
    return ("not-normal", {"got": large}) if large < 0.02 else None


def _added(both: list[tuple[Weights, Weights]]) -> bool:
    """Whether two kernels of the two models, drawn with one seed, differ by one number: that of their constants."""
    first, second = ([got[i][0] for i in _touched(got, start)] for got, start in both)
    pairs = [(a, b) for a in first for b in second if a.shape == b.shape == (WIDTH, WIDTH)]
    return any(np.ptp(a - b) < 1e-5 < abs(a - b).min() for a, b in pairs)


def _judge_seeds(seen: Seen) -> Any:
    first, again, other = (
        np.concatenate([a.ravel() for a in arrays]) for arrays in (seen["drawn"][0], seen["again"], seen["other"])
    )
    if not np.allclose(first, again):
        return "no-seed"
    return "one-seed" if np.allclose(first, other) else None


@break_symmetry.own_version
def own_break_symmetry() -> Any:
    def break_symmetry(model, seed):
        rng = np.random.default_rng(seed)
        for layer in model.layers[1::2]:
            layer.kernel.assign(rng.normal(0.0, 0.5, layer.kernel.shape))

    return break_symmetry
