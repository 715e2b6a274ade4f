"""Lesson 6, the gradient through residual blocks: by formula, and measured with a tape."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, near, off
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

walk_back = Exercise(
    "walk-back",
    points=3,
    title="the gradient through L blocks, by formula and by tape",
    answers=("walk_back", "tape_back"),
    passed="Formula and tape agree at every block: the error arrives along the skip, and the branch adds its part.",
    misses={
        "no-return": "{which} gives back None. Does it end with `return`?",
        "not-a-list": "{which} gives back a list with one array for each of x_0, x_1, ... x_L.",
        "count": "{which} gives back {got} arrays. With {blocks} blocks there are {wanted} places: x_0, before the "
        "first block, and the output of each.",
        "no-gradient": "In tape_back some gradients are None: the tape did not see that x_L was computed from those "
        "very tensors. It watches variables by itself, a plain tensor only after `tape.watch(x)`.",
        "upside-down": Miss(
            "{which}: right values in the wrong order. You walk from the last block to the first; the list "
            "should begin with dL/dx_0.",
            share=0.5,
        ),
        "no-skip": "{which}: that is the gradient through the branches alone. On its way back, too, the error takes "
        "both roads, and they add up.",
        "only-skip": "{which}: the error arrives along the skips alone. The branches have a derivative as well, "
        "and it is added.",
        "no-slope": "{which}: the activation's slope is missing. Where x_l is below 0, relu lets nothing through.",
        "slope-at-output": "{which}: the slope is taken at the block's output. Its activation worked on the block's "
        "*input*.",
        "no-transpose": "{which}: going back, the error goes through the kernel the other way round: `W.T`.",
        "scale-lost": "{which}: the branch's `scale` is missing.",
        "skip-lost": "{which}: the skip's own factor, the argument `skip`, is missing.",
        "error-ignored": "{which}: that is the derivative of the plain sum of x_L. The loss answers to x_L with "
        "`error`: it has to come in.",
        "averaged": Miss(
            "{which}: the right gradients, divided by how many numbers there are. The loss is a *sum*, that of "
            "`error * x_L`: a mean divides.",
            share=0.5,
        ),
        "shapes": "{which}: every dL/dx_l has the shape of x_l, {wanted}; one of yours has {got}.",
        "wrong-values": "{which}: the largest difference from a difference quotient is {off:.3g}.",
    },
)
Case = tuple[np.ndarray, list[np.ndarray], np.ndarray, float, float]


def _draw(rng: np.random.Generator) -> Case:
    """x (7, 5), four kernels, dL/dx_L, and the factors of skip and branch."""
    x, error = rng.normal(size=(2, 7, 5))
    kernels = [rng.normal(size=(5, 5)) for _ in range(4)]
    return x, kernels, error, float(rng.uniform(0.6, 0.8)), float(rng.uniform(0.4, 0.55))


def forward(x: np.ndarray, kernels: list, skip: float = 1.0, scale: float = 1.0) -> list[np.ndarray]:
    """x_0 to x_L of blocks skip * x + scale * relu(x) W."""
    xs = [np.asarray(x, float)]
    for kernel in kernels:
        xs.append(skip * xs[-1] + scale * np.maximum(xs[-1], 0) @ kernel)
    return xs


def back(x: np.ndarray, kernels: list, error: np.ndarray, skip: float = 1.0, scale: float = 1.0) -> list[np.ndarray]:
    """dL/dx_0 to dL/dx_L."""
    xs, errors = forward(x, kernels, skip, scale), [np.asarray(error, float)]
    for x_before, kernel in zip(xs[-2::-1], kernels[::-1], strict=True):
        errors.insert(0, skip * errors[0] + scale * (errors[0] @ kernel.T) * (x_before > 0))
    return errors


@walk_back.observe
def observe_walk_back(by_formula: Any, by_tape: Any, rng: np.random.Generator) -> Seen:
    need_callable(by_formula)
    need_callable(by_tape)
    case = _draw(rng)
    return {"formula": _plain(by_formula(*case)), "tape": _plain(by_tape(*case))}


def _plain(answer: Any) -> Any:
    if not isinstance(answer, (list, tuple)):
        return None if answer is None else np.asarray(answer)
    return [None if part is None else np.asarray(part) for part in answer]


@walk_back.judge
def judge_walk_back(seen: Seen, rng: np.random.Generator) -> Any:
    case = _draw(rng)
    for name, which in (("formula", "walk_back"), ("tape", "tape_back")):
        if problem := _judge(seen[name], case):
            key, fields = (problem, {}) if isinstance(problem, str) else problem
            return key, {"which": which, **fields}
    return None


def _judge(got: Any, case: Case) -> Any:
    wanted = back(*case)
    if got is None:
        return "no-return"
    if isinstance(got, np.ndarray) and got.shape == np.shape(wanted):
        got = list(got)
    if not isinstance(got, list):
        return "not-a-list"
    if len(got) != len(wanted):
        return "count", {"got": len(got), "wanted": len(wanted), "blocks": len(case[1])}
    if any(part is None for part in got):
        return "no-gradient"
    if any(np.shape(part) != wanted[0].shape for part in got):
        shape = next(np.shape(part) for part in got if np.shape(part) != wanted[0].shape)
        return "shapes", {"wanted": str(wanted[0].shape), "got": str(shape)}
    if near(got, wanted):
        return None
    if near(got[::-1], wanted):
        return "upside-down"
    for key, wrongs in _slips(*case).items():
        if any(near(got, wrong) or near(got[::-1], wrong) for wrong in wrongs):
            return key
    return "wrong-values", off(got, wanted)


def _slips(x: np.ndarray, kernels: list, error: np.ndarray, skip: float, scale: float) -> dict[str, list]:
    """The lists of gradients that each misconception gives."""
    xs = forward(x, kernels, skip, scale)

    def walk(step: Any) -> list[np.ndarray]:
        errors = [error]
        for i in reversed(range(len(kernels))):
            errors.insert(0, step(errors[0], kernels[i], xs[i], xs[i + 1]))
        return errors

    # With a slip on the way up, a tape finds the right gradient of another net.
    right = back(x, kernels, error, skip, scale)
    return {
        "averaged": [[part / count for part in right] for count in (error.size, *error.shape)],
        "no-skip": [walk(lambda e, w, x, _: scale * (e @ w.T) * (x > 0)), back(x, kernels, error, 0, scale)],
        "only-skip": [walk(lambda e, w, x, _: skip * e)],
        "no-slope": [walk(lambda e, w, x, _: skip * e + scale * e @ w.T)],
        "slope-at-output": [walk(lambda e, w, x, y: skip * e + scale * (e @ w.T) * (y > 0))],
        "no-transpose": [walk(lambda e, w, x, _: skip * e + scale * (e @ w) * (x > 0))],
        "scale-lost": [walk(lambda e, w, x, _: skip * e + (e @ w.T) * (x > 0)), back(x, kernels, error, skip, 1)],
        "skip-lost": [walk(lambda e, w, x, _: e + scale * (e @ w.T) * (x > 0)), back(x, kernels, error, 1, scale)],
        "error-ignored": [back(x, kernels, np.ones_like(error), skip, scale)],
    }


@walk_back.own_version
def own_walk_back() -> Any:
    import tensorflow as tf

    def tape_back(x, kernels, error, skip=1.0, scale=1.0):
        xs = [tf.convert_to_tensor(x)]
        with tf.GradientTape() as tape:
            tape.watch(xs[0])
            for kernel in kernels:
                xs.append(skip * xs[-1] + scale * tf.nn.relu(xs[-1]) @ tf.cast(kernel, xs[-1].dtype))
            loss = tf.reduce_sum(error * xs[-1])
        return tape.gradient(loss, xs)

    return back, tape_back
