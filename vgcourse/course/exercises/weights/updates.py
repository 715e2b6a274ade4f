"""Lesson 3, the update-to-data ratio: the size of each step beside the size of the weights."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, all_close, fact, first_off, rms
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.weights.walks import telling, walk

update_ratio = Exercise(
    "update-ratio",
    points=2,
    title="the update-to-data ratio",
    answers=("update_ratio",),
    passed="One number a step: −3 says that it changes the weights by a thousandth of their size.",
    misses={
        "no-return": NO_RETURN.format(name="update_ratio"),
        "one-number": "You get one number for the whole recording. Each step has its own ratio: take the root mean "
        "squares over axes 1 and 2, and no mean over the steps.",
        "length": "{moments} moments make {steps} updates; you get shape {got}.",
        "no-log": Miss("That is the ratio itself. Asked for is its logarithm, to the base 10.", share=0.5),
        "no-root": Miss(
            "Those are mean squares, without their roots: the logarithm comes out twice as large.", share=0.5
        ),
        "natural-log": Miss(
            "That is the natural logarithm. Take log10, so that −3 reads as a thousandth.", share=0.5
        ),
        "upside-down": Miss("Your ratio stands on its head: the weights over the update.", share=0.5),
        "after": Miss(
            "You divide by the weights after each step. Take those before it: the ones that it changes.", share=0.5
        ),
        "first-weights": "You divide every update by the weights at the start. They change: take those just before "
        "each step.",
        "signed-mean": "Means with signs cancel, in the update as in the weights. Take root mean squares.",
        "deviation": Miss(
            "Those are standard deviations: they take the mean away, and with it a step that moves all weights the "
            "same way. Take root mean squares.",
            share=0.5,
        ),
        "mean-size": Miss(
            "Those are means of absolute values, which say much the same. Here root mean squares are asked for, as "
            "in the formula.",
            share=0.5,
        ),
        "one-by-one": "You divide weight by weight, and a few weights near 0 then decide. First the size of the "
        "whole update, and of the whole kernel, then divide.",
        "wrong-values": "Take one step by hand: the root mean square of the change, over that of the weights before "
        "it, and its log10.",
    },
)
MOMENTS, SHAPE = 7, (4, 3)


def _draws(rng: np.random.Generator) -> list[np.ndarray]:
    wide = walk(np.random.default_rng(9), 4, (6, 9))
    return [walk(rng, MOMENTS, SHAPE, size=0.1), *telling(), _hardly_moving(), wide]


def _hardly_moving() -> np.ndarray:
    """A kernel with one large weight that stays, and small ones that move: ratios near −7, in float32 as well."""
    kernels = 1e-4 * walk(np.random.default_rng(8), 6, (3, 2))
    kernels[:, 0, 0] = 500
    return kernels


@update_ratio.observe
def observe_update_ratio(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    with np.errstate(all="ignore"):
        ratios = [answer(kernels) for kernels in _draws(rng)]
    return {"ratios": [ratio if ratio is None else np.asarray(ratio) for ratio in ratios]}


@update_ratio.judge
def judge_update_ratio(seen: Seen, rng: np.random.Generator) -> Any:
    if any(ratio is None for ratio in seen["ratios"]):
        return "no-return"
    got, draws = [np.asarray(ratio, float) for ratio in seen["ratios"]], _draws(rng)
    for ratio, kernels in zip(got, draws, strict=True):
        moments = len(kernels)
        if ratio.shape == ():
            return "one-number"
        if ratio.shape != (moments - 1,):
            return "length", {"moments": moments, "steps": moments - 1, "got": ratio.shape}
    wanted = [np.log10(_size(np.diff(kernels, axis=0)) / _size(kernels[:-1])) for kernels in draws]
    if all_close(got, wanted):
        return None
    i = first_off(got, wanted)
    worst = int(np.argmax(np.nan_to_num(np.abs(got[i] - wanted[i]), nan=np.inf)))
    told = fact(
        f"At step {worst} of a recording of shape {draws[i].shape} your ratio", got[i][worst], wanted[i][worst]
    )
    every = [_slips(kernels) for kernels in draws]
    for key in every[0]:
        if any(all_close(got, formula) for formula in zip(*(slips[key] for slips in every), strict=True)):
            return key, told
    return "wrong-values", told


def _size(kernels: np.ndarray) -> np.ndarray:
    return rms(kernels, axis=(1, 2))


def _slips(kernels: np.ndarray) -> dict[str, list[np.ndarray]]:
    update, before, after = np.diff(kernels, axis=0), kernels[:-1], kernels[1:]
    size, ratio = _size(update), _size(update) / _size(before)
    with np.errstate(all="ignore"):
        signed = [f(update.mean((1, 2))) / f(before.mean((1, 2))) for f in (np.asarray, np.abs)]
        single = np.abs(update / before)
        ones = [single.mean((1, 2)), _size(single), np.median(single, axis=(1, 2))]
        return {
            "no-log": [ratio],
            "natural-log": [np.log(ratio)],
            "upside-down": [-np.log10(ratio), 1 / ratio],
            "no-root": [2 * np.log10(ratio)],
            "after": [np.log10(size / _size(after))],
            "first-weights": [np.log10(size / _size(kernels[:1])), size / _size(kernels[:1])],
            "signed-mean": [v for r in signed for v in (r, np.log10(r))],
            "mean-size": [np.log10(np.abs(update).mean((1, 2)) / np.abs(before).mean((1, 2)))],
            "deviation": [np.log10(update.std((1, 2)) / before.std((1, 2)))],
            "one-by-one": [v for r in ones for v in (r, np.log10(r))] + [np.log10(single).mean((1, 2))],
        }


@update_ratio.own_version
def own_update_ratio() -> Any:
    def rms(values):
        return np.sqrt(np.mean(values**2, axis=(1, 2)))

    def update_ratio(kernels):
        kernels = np.asarray(kernels)
        return np.log10(rms(np.diff(kernels, axis=0)) / rms(kernels[:-1]))

    return update_ratio
