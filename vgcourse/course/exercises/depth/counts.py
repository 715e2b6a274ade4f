"""Lesson 2, how many parameters a multilayer perceptron has."""

import itertools
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_number, fact
from vgcourse.course.checks.exercise import Exercise, need_callable

count_parameters = Exercise(
    "count-parameters",
    points=1,
    title="how many numbers a net learns",
    answers=("count_parameters",),
    passed="Depth never comes alone: every further layer also brings parameters. So does width, and faster.",
    misses={
        "no-return": NO_RETURN.format(name="count_parameters"),
        "not-a-number": "count_parameters gives one whole number for one net; here it gives {found}.",
        "no-biases": "These are the kernels alone. Every unit, the output too, also has a bias.",
        "no-output-bias": "One number short: the output unit has a bias, too.",
        "no-output": "The output layer is missing: one unit that listens to all units of the last hidden layer.",
        "one-layer-off": "This is the count for {got} hidden layers in place of {wanted}. How many kernels of shape "
        "(width, width) lie between so many hidden layers?",
        "first-as-others": "The first hidden layer listens to 2 inputs, not to `width` units.",
        "wrong-values": "Go layer by layer: inputs times units, plus units.",
    },
)


def _grid(rng: np.random.Generator) -> list[tuple[int, int]]:
    depths, widths = rng.permutation(np.arange(2, 12))[:4], rng.permutation(np.arange(3, 30))[:4]
    # Always tried: one layer, one unit, and counts beyond what half precision can hold.
    return [
        (1, int(widths[0])),
        (1, 1),
        (2, 1),
        (3, 2),
        (20, 25),
        (4, 300),
        *((int(d), int(w)) for d, w in zip(depths, widths, strict=True)),
    ]


def _count(depth: int, width: int) -> int:
    return 3 * width + (depth - 1) * (width * width + width) + width + 1


@count_parameters.observe
def observe_count_parameters(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    return {"counts": [as_number(answer(depth, width)) for depth, width in _grid(rng)]}


@count_parameters.judge
def judge_count_parameters(seen: Seen, rng: np.random.Generator) -> Any:
    counts, grid = seen["counts"], _grid(rng)
    if any(count is None for count in counts):
        return "no-return"
    shapes = [np.shape(count) for count in counts]
    if any(shapes):
        return "not-a-number", {"found": f"something of shape {next(s for s in shapes if s)}"}
    got = np.array([float(count) for count in counts])

    def of(formula: Any) -> np.ndarray:
        return np.array([float(formula(d, w)) for d, w in grid])

    wanted = of(_count)
    if np.array_equal(got, wanted):
        return None
    slips = {
        "no-biases": of(lambda d, w: _count(d, w) - d * w - 1),
        "no-output-bias": of(lambda d, w: _count(d, w) - 1),
        "no-output": of(lambda d, w: _count(d, w) - w - 1),
        "first-as-others": of(lambda d, w: _count(d, w) + w * w - 2 * w),
    }
    i = int(np.flatnonzero(got != wanted)[0])
    told = fact(f"count_parameters{grid[i]}", got[i], wanted[i])
    for key, wrong in slips.items():
        if np.array_equal(got, wrong):
            return key, told
    for step in (-1, 1):
        if np.array_equal(got, of(lambda d, w, step=step: _count(d + step, w))):
            return "one-layer-off", {"wanted": grid[i][0], "got": grid[i][0] + step, **told}
    return "wrong-values", told


@count_parameters.own_version
def own_count_parameters() -> Any:
    def count_parameters(depth, width):
        sizes = [2, *[width] * depth, 1]
        return sum((a + 1) * b for a, b in itertools.pairwise(sizes))

    return count_parameters
