"""Lesson 7, clipping by the global norm: a step that is bounded, and keeps its direction."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, close, common_cause, differs
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

clipped_step = Exercise(
    "clipped-step",
    points=3,
    title="a step with the gradient clipped by its norm",
    answers=("clipped_step",),
    passed="One length for all weights together: the step is bounded, and points where the gradient points.",
    misses={
        "no-return": NO_RETURN.format(name="clipped_step"),
        "not-a-list": "clipped_step gives back a list of arrays, the new weights, one for each of the old.",
        "shapes": "The new weights have the shapes of the old, {wanted}; yours have {got}.",
        "nan": Miss(
            "Where every gradient is 0 you divide by the norm 0. Such a step should leave the weights as they are.",
            share=0.5,
        ),
        "unclipped": "That is the step without clipping.",
        "per-tensor": "Each array is clipped by its own norm. Then the large ones are shortened and the small ones "
        "are not, and the step points elsewhere. There is one norm, of all arrays together.",
        "by-value": "Each entry is clipped by itself, to ±limit. That bends the step; clipping by norm only shortens "
        "it.",
        "scaled-up": Miss(
            "Every gradient is brought to the norm `limit`, small ones too. A vanished gradient is then "
            "made large, and with it whatever noise is in it. Clip only what is longer.",
            share=0.5,
        ),
        "after-the-rate": "You clip the step, learning rate included. The limit is one for the *gradient*: clip "
        "first, then multiply by the rate.",
        "weights-clipped": "The new weights are clipped, not the gradient.",
        "squared": "The norm is the square root of the sum of squares; the root is missing.",
        "rms": "That is the rms of all entries. The norm is the root of their *sum* of squares, and grows with how "
        "many there are.",
        "sum-of-norms": "That is the sum of the arrays' norms. Add up squares, and take one root.",
        "other-length": "The length that you measure is not the global norm: not the largest entry, nor the longest "
        "array, nor a sum of absolute values, but the root of the sum of *all* squares.",
        "to-one": Miss("What is too long is brought to the length 1, whatever the `limit`.", share=0.5),
        "uphill": Miss("The step goes up the gradient. A step of descent is subtracted.", share=0.5),
        "rate-lost": Miss("The learning rate is missing: the clipped gradient is taken whole.", share=0.5),
        "step-alone": Miss("That is the step itself. Asked for are the weights after it.", share=0.5),
        "gradients": Miss("Those are the clipped gradients. Asked for are the weights after the step.", share=0.5),
        "wrong-values": "Begin with one array of one number.",
    },
)
Case = tuple[list[np.ndarray], list[np.ndarray], float, float]


def _draw(rng: np.random.Generator) -> list[Case]:
    """Long and short gradients, each array short and the whole long, limits other than 1, one of zeros.

    Two are short enough, and on the same side of 1 as their limit.
    """
    fixed = np.random.default_rng(5)
    return [
        _case(rng, [(3, 2), (4,), (2, 5)], float(rng.uniform(20, 60)), 0.1, 2.0),
        _case(fixed, [(4, 3), (3,)], 0.3, 0.5, 1.0),
        _case(fixed, [(2, 2), (5,), (3, 3), (2,)], 1.2, 0.05, 1.0),
        _case(fixed, [(3,)], 1e6, 0.01, 0.5),
        _case(fixed, [(2, 3), (3,)], 40.0, 3.0, 5.0),
        _case(fixed, [(2, 3), (3,)], 0.0, 0.3, 1.0),
        _case(fixed, [(2, 3), (3,)], 1e-9, 0.3, 1.0),
        _case(fixed, [(3, 2), (2,)], 3.0, 0.2, 5.0),
        _case(fixed, [(2, 4)], 0.3, 0.4, 0.6),
        _case(fixed, [(2, 3, 2), (3,), ()], 4.0, 0.1, 1.5),
    ]


def _case(rng: np.random.Generator, shapes: list, norm: float, rate: float, limit: float) -> Case:
    weights, gradients = ([rng.normal(size=shape) for shape in shapes] for _ in range(2))
    gradients[0] = 3 * gradients[0]
    scale = norm / norm_of(gradients)
    return weights, [scale * g for g in gradients], rate, limit


def norm_of(arrays: list) -> float:
    """The length of all arrays together."""
    return float(np.sqrt(sum(np.sum(np.square(a)) for a in arrays)))


@clipped_step.observe
def observe_clipped_step(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    with np.errstate(all="ignore"):
        return {"found": [_stepped(answer, case) for case in _draw(rng)]}


def _stepped(answer: Any, case: Case) -> Any:
    """What comes back; not a number where Python's own floats refuse what NumPy's let pass, 0 / 0."""
    try:
        return _plain(answer(*case))
    except ZeroDivisionError:
        if norm_of(case[1]):
            raise
        return [np.full(w.shape, np.nan) for w in case[0]]


def _plain(found: Any) -> Any:
    if not isinstance(found, (list, tuple)):
        return None if found is None else "no list"
    return [None if part is None else np.asarray(part) for part in found]


@clipped_step.judge
def judge_clipped_step(seen: Seen, rng: np.random.Generator) -> Any:
    cases, got = _draw(rng), seen["found"]
    for found, (weights, *_) in zip(got, cases, strict=True):
        if problem := _judge_form(found, weights):
            return problem
    wanted = [step(*case) for case in cases]
    off = [i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if not _same(i, g, w, cases)]
    if not off:
        return None
    i = off[0]
    array = next(
        (k for k, (g, w) in enumerate(zip(got[i], wanted[i], strict=True)) if not close(g, w, 1e-6, 1e-6)), 0
    )
    weights, gradients, rate, limit = cases[i]
    place = f"A gradient of norm {norm_of(gradients):.3g}, limit {limit:.3g}, rate {rate:.3g}: new weights [{array}]"
    shown = {"fact": differs(place, got[i][array], wanted[i][array])}
    moves = [_moves(g, case) for g, case in zip(got, cases, strict=True)]
    if not np.all(np.isfinite(np.concatenate([m.ravel() for m in moves[5]]))):
        rest = [k for k in range(len(cases)) if k != 5]
        if all(_same(k, got[k], wanted[k], cases) for k in rest):
            return "nan", shown
        got, cases = [got[k] for k in rest], [cases[k] for k in rest]
    slips = [_slips(*case) for case in cases]
    return common_cause(got, slips, _alike) or "wrong-values", shown


def _judge_form(found: Any, weights: list) -> Any:
    if found is None:
        return "no-return"
    if isinstance(found, str) or any(part is None for part in found):
        return "not-a-list"
    shapes = [np.shape(part) for part in found], [w.shape for w in weights]
    return None if shapes[0] == shapes[1] else ("shapes", {"got": str(shapes[0]), "wanted": str(shapes[1])})


def _moves(found: list, case: Case) -> list[np.ndarray]:
    return [np.asarray(new, float) - old for new, old in zip(found, case[0], strict=True)]


def _same(i: int, got: list, wanted: list, cases: list[Case]) -> bool:
    return all(close(g, w, 1e-6, 1e-6) for g, w in zip(got, wanted, strict=True))


def _alike(got: list, wanted: list) -> bool:
    return all(close(g, w, 1e-5, 1e-5) for g, w in zip(got, wanted, strict=True))


def step(weights: list, gradients: list, rate: float, limit: float) -> list[np.ndarray]:
    """The weights after one step of descent, with the gradients clipped by their norm."""
    scale = limit / max(norm_of(gradients), limit)
    return [w - rate * scale * g for w, g in zip(weights, gradients, strict=True)]


def _slips(weights: list, gradients: list, rate: float, limit: float) -> dict[str, list]:
    """The new weights that each misconception gives."""
    norm = norm_of(gradients)

    def moved(parts: list, factor: float = rate) -> list[np.ndarray]:
        return [w - factor * part for w, part in zip(weights, parts, strict=True)]

    def by(length: float) -> list[np.ndarray]:
        return [min(1.0, limit / length if length else 1.0) * g for g in gradients]

    clipped = by(norm)
    plain = moved(gradients)
    stepped = min(1.0, limit / (rate * norm) if norm else 1.0)
    rms = norm / np.sqrt(sum(g.size for g in gradients))
    return {
        "unclipped": [plain],
        "per-tensor": [moved([min(1.0, limit / n if (n := norm_of([g])) else 1.0) * g for g in gradients])],
        "by-value": [moved([np.clip(g, -limit, limit) for g in gradients])],
        "scaled-up": [moved([limit / norm * g if norm else g for g in gradients])],
        "after-the-rate": [moved([stepped * g for g in gradients])],
        "weights-clipped": [
            [min(1.0, limit / norm_of(plain)) * w for w in plain],
            [np.clip(w, -limit, limit) for w in plain],
        ],
        "squared": [moved(by(norm**2))],
        "rms": [moved(by(rms))],
        "sum-of-norms": [moved(by(sum(norm_of([g]) for g in gradients)))],
        "other-length": [
            moved(by(max(np.abs(g).max() for g in gradients))),
            moved(by(max(norm_of([g]) for g in gradients))),
            moved(by(sum(np.abs(g).sum() for g in gradients))),
        ],
        "to-one": [
            moved([g / norm if norm > limit else g for g in gradients]),
            moved([g / max(norm, 1) for g in gradients]),
        ],
        "uphill": [moved(clipped, -rate)],
        "rate-lost": [moved(clipped, 1.0)],
        "gradients": [clipped],
        "step-alone": [[sign * rate * g for g in clipped] for sign in (1, -1)],
    }


@clipped_step.own_version
def own_clipped_step() -> Any:
    def clipped_step(weights, gradients, rate, limit):
        norm = np.sqrt(sum(np.sum(np.square(g)) for g in gradients))
        factor = limit / max(norm, limit)
        return [w - rate * factor * g for w, g in zip(weights, gradients, strict=True)]

    return clipped_step
