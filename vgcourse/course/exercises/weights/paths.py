"""Lesson 3, the path length: how far a layer's weights have gone."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, all_close, as_number, fact, first_off
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.weights.walks import telling, walk

path_length = Exercise(
    "path-length",
    points=2,
    title="the path length of a kernel",
    answers=("path_length",),
    passed="Every change of every weight counts, whichever way it goes.",
    misses={
        "no-return": NO_RETURN.format(name="path_length"),
        "no-number": "path_length gives back one number for the layer; this has shape {shape}.",
        "end-to-end": "That is the distance between start and end. Who walks round the block comes home at a "
        "distance of 0: add up the steps on the way.",
        "signed": "Your changes are added up with their signs, so that they cancel. Take absolute values first, "
        "weight by weight and step by step.",
        "norm-change": "That is how much the *norm* changes. A norm can stay as it is while every weight "
        "moves: take the norm of the change.",
        "norms": "Those are norms of the weights themselves. Take the changes from moment to moment.",
        "total": Miss(
            "That is the path of all weights together. Divide by how many there are, {weights} here, or large layers "
            "always seem to go farther.",
            share=0.5,
        ),
        "euclid": "Squares and a root make another norm. The L1 norm adds up absolute values.",
        "per-step": Miss("That is the average step. The path is the sum of all {steps} of them.", share=0.5),
        "step-of-all": "That is the average step of all weights together. Add up the {steps} steps, and divide by "
        "the {weights} weights.",
        "wrong-axis": "You take differences between neighbouring weights. Time is the first axis.",
        "wrong-values": "Add up how far each weight goes at each step, whichever way, and divide by the number of "
        "weights.",
    },
)
MOMENTS, SHAPE = 8, (3, 5)


def _draws(rng: np.random.Generator) -> list[np.ndarray]:
    return [walk(rng, MOMENTS, SHAPE), *telling()]


@path_length.observe
def observe_path_length(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    return {"paths": [as_number(answer(kernels)) for kernels in _draws(rng)]}


@path_length.judge
def judge_path_length(seen: Seen, rng: np.random.Generator) -> Any:
    if any(path is None for path in seen["paths"]):
        return "no-return"
    got, draws = [np.asarray(path, float) for path in seen["paths"]], _draws(rng)
    if shaped := next((path.shape for path in got if path.shape), None):
        return "no-number", {"shape": shaped}
    wanted = [np.abs(np.diff(kernels, axis=0)).mean((1, 2)).sum() for kernels in draws]
    if all_close(got, wanted):
        return None
    i = first_off(got, wanted)
    told = fact(f"Your path length of a recording of shape {draws[i].shape}", got[i], wanted[i], "is")
    fields = {"weights": draws[i][0].size, "steps": len(draws[i]) - 1, **told}
    every = [_slips(kernels) for kernels in draws]
    for key in every[0]:
        # One formula must explain what came in every case.
        for formula in zip(*(slips[key] for slips in every), strict=True):
            if all_close(got, formula):
                return key, fields
    return "wrong-values", fields


def _slips(kernels: np.ndarray) -> dict[str, list[float]]:
    """What each misconception gets, per weight and in all."""
    n, changes = kernels[0].size, np.diff(kernels, axis=0)
    whole, steps = kernels[-1] - kernels[0], np.abs(changes).sum((1, 2))
    norms = np.abs(kernels).sum((1, 2))
    signed = [whole.sum(), abs(whole.sum()), np.abs(changes.sum((1, 2))).sum()]
    lengths = np.sqrt((changes**2).sum((1, 2)))
    across = [np.abs(np.diff(kernels, axis=axis)) for axis in (1, 2)]
    slips = {
        "end-to-end": [np.abs(whole).sum()],
        "signed": signed,
        "norm-change": [norms[-1] - norms[0], abs(norms[-1] - norms[0]), np.abs(np.diff(norms)).sum()],
        "norms": [norms.sum(), norms[-1], norms.mean()],
    }
    slips = {key: [w / scale for w in wrongs for scale in (1, n)] for key, wrongs in slips.items()}
    return slips | {
        "total": [steps.sum()],
        "euclid": [lengths.sum() / scale for scale in (1, n, np.sqrt(n))]
        + [np.linalg.norm(whole), np.sqrt((changes**2).sum()), np.linalg.norm(whole) / np.sqrt(n)],
        "per-step": [steps.mean() / n],
        "step-of-all": [steps.mean()],
        "wrong-axis": [f(a) for a in across for f in (np.sum, np.mean)]
        + [a.mean(k).sum() for a in across for k in ((1, 2), (0, 1), (0, 2))],
    }


@path_length.own_version
def own_path_length() -> Any:
    def path_length(kernels):
        return np.abs(np.diff(kernels, axis=0)).mean(axis=(1, 2)).sum()

    return path_length
