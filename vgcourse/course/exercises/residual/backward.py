"""Lesson 6, the gradient through residual blocks: by formula, and measured with a tape."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, close, common_cause, differs, same_arrays, with_other_half
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
            "{which}: Right values in the wrong order. You walk from the last block to the first; the list "
            "should begin with dL/dx_0.",
            share=0.5,
        ),
        "no-skip": "{which}: That is the gradient through the branches alone. On its way back, too, the error takes "
        "both roads, and they add up.",
        "only-skip": "{which}: The error arrives along the skips alone. The branches have a derivative as well, and "
        "it is added.",
        "no-slope": "{which}: The activation's slope is missing. Where x_l is below 0, relu lets nothing through.",
        "slope-at-output": "{which}: The slope is taken at the block's output. Its activation worked on the block's "
        "*input*.",
        "no-transpose": "{which}: Going back, the error goes through the kernel the other way round: `W.T`.",
        "scale-lost": "{which}: The branch's `scale` is missing.",
        "skip-lost": "{which}: The skip's own factor, the argument `skip`, is missing.",
        "error-ignored": "{which}: That is the derivative of the plain sum of x_L. The loss answers to x_L with "
        "`error`: it has to come in.",
        "averaged": Miss(
            "{which}: The right gradients, divided by how many numbers there are. The loss is a *sum*, that of "
            "`error * x_L`: a mean divides.",
            share=0.5,
        ),
        "not-reversed": "{which}: The last block comes first on the way back, with its own kernel and its own x: "
        "kernels *and* xs are to be walked from the end.",
        "slope-too-early": "{which}: The slope meets the error before the kernel. On the way up relu came first and "
        "the kernel second; on the way back it is the other way round.",
        "slope-on-skip": "{which}: The slope multiplies both roads. There is no relu on the skip.",
        "scale-on-skip": "{which}: `scale` multiplies both roads. It belongs to the branch alone.",
        "exchanged": "{which}: `skip` and `scale` stand in each other's place.",
        "relu-itself": "{which}: The error is multiplied by relu(x). Its *slope* is 1 where x is above 0, else 0.",
        "subtracted": "{which}: The branch's part is taken off. The roads were added on the way up, and so are their "
        "errors.",
        "multiplied": "{which}: The two roads' errors are multiplied with each other. They add up.",
        "other-signals": "{which}: The x_l at which you take the slope are those of blocks without `skip` and "
        "`scale`: the way up needs both.",
        "error-each-time": "{which}: Every block gets the last one's `error`. What a block receives is what the "
        "block above it gave.",
        "squared-loss": "{which}: That is the gradient of a squared distance. The loss here is the sum of `error * "
        "x_L`, whose derivative to x_L is `error`.",
        "uphill": Miss("{which}: Right but for the sign: that is the gradient of minus the loss.", share=0.5),
        "relu-on-sum": "{which}: That net has relu on the sum of both roads, or behind the kernel. Here relu comes "
        "first in the branch, and the skip is left alone.",
        "shapes": "{which}: every dL/dx_l has the shape of x_l, {wanted}; one of yours has {got}.",
        "no-tape": Miss(
            "Both lists are right, but tape_back asked no tape for a gradient. If it calls walk_back, that the two "
            "agree says nothing.",
            share=0.5,
        ),
        "two-tapes": Miss(
            "Both lists are right, but walk_back asked a tape for its gradient. Work it out by the chain rule: that "
            "the two agree says something only then.",
            share=0.5,
        ),
        "wrong-values": "Those are the values of {which}. Begin with a single block.",
    },
)
Case = tuple[np.ndarray, list[np.ndarray], np.ndarray, float, float]


def _draw(rng: np.random.Generator) -> list[Case]:
    """Drawn blocks; nine narrower ones with a loud error; one block; the plain net, without a skip; a loud skip.

    And blocks that turn both roads round, with an x that half precision would lose.
    """
    fixed = np.random.default_rng(12)
    drawn = *_blocks(rng, 7, 5, 4), float(rng.uniform(0.6, 0.8)), float(rng.uniform(0.4, 0.55))
    x, kernels, error = _blocks(fixed, 11, 3, 9)
    faint, *turned = _blocks(np.random.default_rng(13), 6, 3, 2)
    return [
        drawn,
        (x, kernels, 40 * error, 0.9, 0.5),
        (*_blocks(fixed, 4, 6, 1), 1.0, 1.0),
        (*_blocks(fixed, 5, 4, 3), 0.0, 1.0),
        (*_blocks(fixed, 6, 4, 5), 1.5, 0.25),
        (1e-9 * faint, *turned, -0.8, -0.6),
    ]


def _blocks(rng: np.random.Generator, n: int, width: int, blocks: int) -> tuple:
    """x (n, width), kernels, and dL/dx_L."""
    x, error = rng.normal(size=(2, n, width))
    return x, [rng.normal(size=(width, width)) for _ in range(blocks)], error


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
    cases = _draw(rng)
    # The third case has the defaults: there, both arguments are left out.
    seen = {
        name: [_plain(answer(*(case if i != 2 else case[:3]))) for i, case in enumerate(cases)]
        for name, answer in (("formula", by_formula), ("tape", by_tape))
    }
    return {**seen, "tapes": [_tapes(answer, cases[0]) for answer in (by_formula, by_tape)]}


def _tapes(answer: Any, case: Case) -> int:
    """How many gradients a tape was asked for while the answer worked."""
    import tensorflow as tf

    asked, original = [], tf.GradientTape.gradient
    try:
        tf.GradientTape.gradient = lambda *args, **kwargs: asked.append(1) or original(*args, **kwargs)
        answer(*case)
    finally:
        tf.GradientTape.gradient = original
    return len(asked)


def _plain(answer: Any) -> Any:
    if not isinstance(answer, (list, tuple)):
        return None if answer is None else np.asarray(answer)
    return [None if part is None else np.asarray(part) for part in answer]


@walk_back.judge
def judge_walk_back(seen: Seen, rng: np.random.Generator) -> Any:
    cases, (formula, tape) = _draw(rng), seen["tapes"]
    by_formula, by_tape = _judge(seen["formula"], cases), _judge(seen["tape"], cases)
    if by_formula:
        by_tape_alone = by_tape is None and tape
        return with_other_half(_of("walk_back", by_formula), by_tape_alone, "tape_back is right.")
    if by_tape:
        return with_other_half(_of("tape_back", by_tape), not formula, "walk_back is right.")
    if not tape:
        return "no-tape"
    return "two-tapes" if formula else None


def _of(which: str, problem: Any) -> tuple[str, dict]:
    key, fields = problem if isinstance(problem, tuple) else (problem, {})
    return key, {"which": which, **fields}


def _judge(got: list, cases: list[Case]) -> Any:
    """What is wrong with one function's lists, a cause only where it fits every case."""
    lists = []
    for found, case in zip(got, cases, strict=True):
        wanted = back(*case)
        if found is None:
            return "no-return"
        found = list(found) if isinstance(found, np.ndarray) and found.shape == np.shape(wanted) else found
        if problem := _judge_shapes(found, wanted, len(case[1])):
            return problem
        lists.append(found)
    wanted = [back(*case) for case in cases]
    off = [i for i, (g, w) in enumerate(zip(lists, wanted, strict=True)) if not same_arrays(g, w)]
    if not off:
        return None
    fact = {"fact": _fact(lists[off[0]], wanted[off[0]], cases[off[0]])}
    if all(same_arrays(g[::-1], w) for g, w in zip(lists, wanted, strict=True)):
        return "upside-down", fact
    with np.errstate(over="ignore", invalid="ignore"):  # a misconception may grow beyond all numbers
        slips = [_slips(*case) for case in cases]
    turned = [g[::-1] for g in lists]
    return common_cause(lists, slips, same_arrays) or common_cause(turned, slips, same_arrays) or "wrong-values", fact


def _judge_shapes(got: Any, wanted: list, blocks: int) -> Any:
    if not isinstance(got, list):
        return "not-a-list"
    if len(got) != len(wanted):
        return "count", {"got": len(got), "wanted": len(wanted), "blocks": blocks}
    if any(part is None for part in got):
        return "no-gradient"
    shapes = [np.shape(part) for part in got if np.shape(part) != wanted[0].shape]
    return ("shapes", {"wanted": str(wanted[0].shape), "got": str(shapes[0])}) if shapes else None


def _fact(got: list, wanted: list, case: Case) -> str:
    _, kernels, _, skip, scale = case
    layer = next(i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if not close(g, w, 1e-5, 1e-5))
    return differs(
        f"{len(kernels)} blocks, skip {skip:.3g}, scale {scale:.3g}, dL/dx_{layer}", got[layer], wanted[layer]
    )


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
        **_slips_of_order(xs, kernels, error, skip, scale),
        "slope-too-early": [walk(lambda e, w, x, _: skip * e + scale * (e * (x > 0)) @ w.T)],
        "slope-on-skip": [walk(lambda e, w, x, _: (skip * e + scale * e @ w.T) * (x > 0))],
        "scale-on-skip": [walk(lambda e, w, x, _, f=f: scale * (f * e + (e @ w.T) * (x > 0))) for f in (skip, 1)],
        "exchanged": [
            walk(lambda e, w, x, _: scale * e + skip * (e @ w.T) * (x > 0)),
            back(x, kernels, error, scale, skip),
        ],
        "relu-itself": [walk(lambda e, w, x, _: skip * e + scale * (e @ w.T) * np.maximum(x, 0))],
        "subtracted": [walk(lambda e, w, x, _: skip * e - scale * (e @ w.T) * (x > 0))],
        "multiplied": [walk(lambda e, w, x, _: skip * e * scale * (e @ w.T) * (x > 0))],
        "squared-loss": [
            back(x, kernels, 2 * (xs[-1] - error), skip, scale),
            back(x, kernels, xs[-1] - error, skip, scale),
        ],
        "uphill": [[-part for part in right]],
        "relu-on-sum": [_back_of_other(x, kernels, error, skip, scale, on_sum) for on_sum in (True, False)],
    }


def _slips_of_order(xs: list, kernels: list, error: np.ndarray, skip: float, scale: float) -> dict[str, list]:
    """The right step with another block's kernel, signal or error."""

    def walk(signals: list, weights: list, running: bool = True) -> list[np.ndarray]:
        errors = [error]
        for x, kernel in zip(signals, weights, strict=True):
            e = errors[0] if running else error
            errors.insert(0, skip * e + scale * (e @ kernel.T) * (x > 0))
        return errors

    down, turned, plain = xs[-2::-1], kernels[::-1], forward(xs[0], kernels)[-2::-1]
    return {
        "not-reversed": [walk(down, kernels), walk(xs[:-1], turned), walk(xs[:-1], kernels)],
        "other-signals": [walk(plain, turned)],
        "error-each-time": [walk(down, turned, running=False)],
    }


def _back_of_other(x: np.ndarray, kernels: list, error: np.ndarray, skip: float, scale: float, on_sum: bool) -> list:
    """A tape's gradients of blocks relu(skip x + scale x W), or skip x + scale relu(x W)."""
    xs = [np.asarray(x, float)]
    for kernel in kernels:
        z = xs[-1] @ kernel
        xs.append(np.maximum(skip * xs[-1] + scale * z, 0) if on_sum else skip * xs[-1] + scale * np.maximum(z, 0))
    errors = [np.asarray(error, float)]
    for before, after, kernel in zip(xs[-2::-1], xs[:0:-1], kernels[::-1], strict=True):
        e = errors[0] * (after > 0) if on_sum else errors[0]
        branch = e if on_sum else e * (before @ kernel > 0)
        errors.insert(0, skip * e + scale * branch @ kernel.T)
    return errors


@walk_back.own_version
def own_walk_back() -> Any:
    import tensorflow as tf

    def walk_back(x, kernels, error, skip=1.0, scale=1.0):
        xs = [np.asarray(x, float)]
        for kernel in kernels:
            xs.append(skip * xs[-1] + scale * np.maximum(xs[-1], 0) @ kernel)
        errors = [np.asarray(error, float)]
        for before, kernel in zip(xs[-2::-1], kernels[::-1], strict=True):
            errors.insert(0, skip * errors[0] + scale * (errors[0] @ kernel.T) * (before > 0))
        return errors

    def tape_back(x, kernels, error, skip=1.0, scale=1.0):
        xs = [tf.convert_to_tensor(x)]
        with tf.GradientTape() as tape:
            tape.watch(xs[0])
            for kernel in kernels:
                xs.append(skip * xs[-1] + scale * tf.nn.relu(xs[-1]) @ tf.cast(kernel, xs[-1].dtype))
            loss = tf.reduce_sum(error * xs[-1])
        return tape.gradient(loss, xs)

    return walk_back, tape_back
