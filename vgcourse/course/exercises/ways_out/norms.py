"""Lesson 8, batch normalisation by hand: the step up, and the three terms of the way back."""

import inspect
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, close, common_cause, differs, of_two
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

PARTS = ("dL/dz", "dL/dgamma", "dL/dbeta")

batch_norm = Exercise(
    "batch-norm",
    points=3,
    title="batch normalisation, forward and backward",
    answers=("batch_norm", "batch_norm_back"),
    passed="Three terms: what the error says, less its mean, less what would only stretch the batch. The last two "
    "are why a normalised batch cannot be shifted or scaled.",
    misses={
        "no-return": NO_RETURN.format(name="{which}"),
        "forward-shape": "batch_norm gives back an array of z's shape, {wanted}; yours has {got}.",
        "units-axis": "batch_norm: That takes mean and variance over the units of each example, which is *layer* "
        "normalisation. Here they go over the examples, for each unit.",
        "whole": "batch_norm: That takes the mean or the variance of the whole array. Each unit has its own.",
        "no-eps": "batch_norm: eps is missing. It keeps a unit that never varies from being divided by 0.",
        "eps-outside": "batch_norm: eps is added to the standard deviation; it belongs under the root.",
        "unbiased": "batch_norm: The variance is divided by n - 1. In training Keras divides by n.",
        "not-centred": "batch_norm: The mean is not taken off.",
        "no-root": "batch_norm: That divides by the variance; it should be its root.",
        "gamma-lost": "batch_norm: gamma or beta is left out.",
        "gamma-first": "batch_norm: gamma is inside: what multiplies z before it is normalised is divided out again.",
        "up-exchanged": "batch_norm: gamma and beta stand in each other's place: gamma multiplies, beta is added.",
        "beta-inside": "batch_norm: gamma multiplies beta as well. It is added last.",
        "eps-fixed": "batch_norm: eps is 1e-3 in yours, whatever the argument `eps` says.",
        "range": "batch_norm: That divides by the range, from the smallest to the largest. Asked for is the root of "
        "the variance.",
        "middle": "batch_norm: That takes off the median. Asked for is the mean.",
        "mean-square": "batch_norm: That divides by the root of z's mean square. The variance is the mean squared "
        "distance from the mean.",
        "forward-values": "These are batch_norm's values. For one unit: what are its mean and its variance?",
        "not-three": "batch_norm_back gives back three arrays: dL/dz, dL/dgamma, dL/dbeta.",
        "back-shape": "batch_norm_back: {part} should have the shape {wanted}; yours has {got}.",
        "constants": Miss(
            "batch_norm is right. Your dL/dz, gamma · error / s, takes the batch's mean and variance for constants, "
            "but z is in both of them.",
            share=0.5,
        ),
        "no-mean": Miss("batch_norm is right. In dL/dz the term through the mean is missing.", share=2 / 3),
        "no-variance": Miss("batch_norm is right. In dL/dz the term through the variance is missing.", share=2 / 3),
        "not-hat": Miss(
            "batch_norm is right. In dL/dz, the term through the variance has z - mean, or z, where the normalised z "
            "belongs.",
            share=2 / 3,
        ),
        "terms-added": Miss("batch_norm is right. In dL/dz both other terms are to be taken *off*.", share=2 / 3),
        "no-gamma": Miss("batch_norm is right. dL/dz lacks gamma: the error passes it on its way down.", share=2 / 3),
        "averaged": Miss(
            "batch_norm is right. gamma and beta serve all examples: their gradients add up over them, "
            "without a division by n.",
            share=2 / 3,
        ),
        "gamma-of-z": Miss("batch_norm is right. What gamma multiplies is the *normalised* z.", share=2 / 3),
        "exchanged": Miss("batch_norm is right. dL/dgamma and dL/dbeta stand in each other's place.", share=2 / 3),
        "sums": Miss(
            "batch_norm is right. In dL/dz you add up over the examples where a mean belongs: the mean and the "
            "variance each hold a 1/n.",
            share=2 / 3,
        ),
        "not-divided": Miss(
            "batch_norm is right. All three terms of dL/dz are to be divided by s, the root of variance plus eps.",
            share=2 / 3,
        ),
        "by-variance": Miss(
            "batch_norm is right. You divide dL/dz by the variance plus eps; it should be its root.", share=2 / 3
        ),
        "gamma-in-all": Miss(
            "batch_norm is right. gamma multiplies the error on its way to z alone: dL/dgamma and dL/dbeta take the "
            "error as it comes.",
            share=2 / 3,
        ),
        "gamma-once": Miss(
            "batch_norm is right. In dL/dz gamma is missing in one of the three terms, or in two: it belongs to all.",
            share=2 / 3,
        ),
        "back-no-eps": Miss(
            "batch_norm is right. batch_norm_back has another eps than the argument says, or none.", share=2 / 3
        ),
        "hat-once": Miss(
            "batch_norm is right. In dL/dz the term through the variance is a mean *times* the normalised z, once "
            "more.",
            share=2 / 3,
        ),
        "back-units-axis": Miss(
            "batch_norm is right. In dL/dz your means go over the units of each example. They go over the examples.",
            share=2 / 3,
        ),
        "y-for-hat": Miss(
            "batch_norm is right. In batch_norm_back gamma is in what you take for the normalised z.", share=2 / 3
        ),
        "back-unbiased": Miss(
            "batch_norm is right. In batch_norm_back the variance is divided by n - 1.", share=2 / 3
        ),
        "averaged-dz": Miss(
            "batch_norm is right. Your dL/dz is n times too small: each example's error is its own.", share=2 / 3
        ),
        "back-values": Miss(
            "batch_norm is right. These are batch_norm_back's values: put them beside difference quotients.",
            share=0.5,
        ),
    },
)
Case = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]


def _draw(rng: np.random.Generator) -> list[Case]:
    """z, gamma, beta, dL/dy, eps: drawn; few examples of many units; quiet units beside a large eps; large means.

    Of either sign, gamma is small for the quiet units and large for one of those with large means.
    """
    fixed = np.random.default_rng(8)
    z, gamma, beta, error = _case(fixed, 9, 4)
    quiet = z * np.array([1e-3, 0.05, 1.0, 30.0]), 0.01 * gamma, 0.01 * beta, error
    z, gamma, beta, error = _case(fixed, 6, 3)
    far = z + np.array([12.0, -7.0, 0.5]), gamma * np.array([1.0, 20.0, 1.0]), beta, error
    return [(*_case(rng, 8, 5), 1e-3), (*_case(fixed, 3, 7), 1e-3), (*quiet, 0.02), (*far, 1e-3)]


def _case(rng: np.random.Generator, n: int, units: int) -> tuple:
    z, error = rng.normal(size=(2, n, units)) * rng.uniform(0.4, 2.5, units)
    gamma = rng.uniform(0.5, 2, units) * np.where(np.arange(units) % 2, -1, 1)
    return z + rng.normal(size=units), gamma, rng.normal(size=units), error


def up(z: np.ndarray, gamma: Any = 1.0, beta: Any = 0.0, eps: float = 1e-3) -> np.ndarray:
    """Batch normalisation of z (n, units)."""
    return gamma * (z - z.mean(0)) / np.sqrt(z.var(0) + eps) + beta


def back(z: np.ndarray, gamma: Any, error: np.ndarray, eps: float = 1e-3, ddof: int = 0) -> list[np.ndarray]:
    """dL/dz, dL/dgamma, dL/dbeta for error = dL/dy, all (n, units) or (units,)."""
    s = np.sqrt(z.var(0, ddof=ddof) + eps)
    hat = (z - z.mean(0)) / s
    g = gamma * error
    return [(g - g.mean(0) - hat * (g * hat).mean(0)) / s, (error * hat).sum(0), error.sum(0)]


@batch_norm.observe
def observe_batch_norm(forward: Any, backward: Any, rng: np.random.Generator) -> Seen:
    need_callable(forward)
    need_callable(backward)
    seen: Seen = {"up": [], "back": []}
    for z, gamma, beta, error, eps in _draw(rng):
        seen["up"].append(_array(_with_eps(forward, eps, z, gamma, beta)))
        found = _with_eps(backward, eps, z, gamma, error)
        seen["back"].append([_array(part) for part in found] if isinstance(found, (list, tuple)) else _array(found))
    return seen


def _with_eps(answer: Any, eps: float, *arrays: np.ndarray) -> Any:
    """What it gives back. The default is left out; an eps that has no place among the others is given by its name."""
    if eps == 1e-3:
        return answer(*arrays)
    try:
        by_name = inspect.signature(answer).parameters["eps"].kind is inspect.Parameter.KEYWORD_ONLY
    except (KeyError, TypeError, ValueError):
        by_name = False
    return answer(*arrays, eps=eps) if by_name else answer(*arrays, eps)


def _array(found: Any) -> Any:
    return None if found is None else np.asarray(found)


@batch_norm.judge
def judge_batch_norm(seen: Seen, rng: np.random.Generator) -> Any:
    cases = _draw(rng)
    up_problem, back_problem = _judge_up(seen["up"], cases), _judge_back(seen["back"], cases)
    return of_two(up_problem, back_problem, batch_norm.answers, batch_norm.misses)


def _judge_up(got: list, cases: list[Case]) -> Any:
    wanted = [up(z, gamma, beta, eps) for z, gamma, beta, _, eps in cases]
    for found, right in zip(got, wanted, strict=True):
        if found is None:
            return "no-return", {"which": "batch_norm"}
        if np.shape(found) != right.shape:
            return "forward-shape", {"wanted": str(right.shape), "got": str(np.shape(found))}
    off = next((i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if not _same(g, w)), None)
    if off is None:
        return None
    fact = {"fact": differs(f"{_words(cases[off])}, y", got[off], wanted[off])}
    return common_cause(got, [_slips_up(*case) for case in cases], _same) or "forward-values", fact


def _words(case: Case) -> str:
    n, units = case[0].shape
    return f"{n} examples of {units} units, eps {case[4]:g}"


def _same(got: Any, wanted: Any) -> bool:
    return close(got, wanted, rtol=2e-5, floor=2e-5)


def _slips_up(z: np.ndarray, gamma: np.ndarray, beta: np.ndarray, _: np.ndarray, eps: float) -> dict[str, list]:
    def of(centre: Any, size: Any, gamma: Any = gamma, beta: Any = beta) -> np.ndarray:
        return gamma * (z - centre) / size + beta

    mean, var, root = z.mean(0), z.var(0), np.sqrt(z.var(0) + eps)
    rows = z.mean(1, keepdims=True), np.sqrt(z.var(1, keepdims=True) + eps)
    return {
        "units-axis": [of(*rows)],
        "whole": [of(centre, np.sqrt(z.var() + eps)) for centre in (z.mean(), mean)] + [of(z.mean(), root)],
        "no-eps": [of(mean, np.sqrt(var))],
        "eps-outside": [of(mean, np.sqrt(var) + eps)],
        "unbiased": [of(mean, np.sqrt(z.var(0, ddof=1) + eps)), of(mean, z.std(0, ddof=1))],
        "not-centred": [of(0, root)],
        "no-root": [of(mean, var + eps)],
        "gamma-lost": [of(mean, root, 1.0), of(mean, root, gamma, 0.0), of(mean, root, 1.0, 0.0)],
        "gamma-first": [up(gamma * z + beta, eps=eps)],
        "up-exchanged": [of(mean, root, beta, gamma)],
        "beta-inside": [gamma * (up(z, eps=eps) + beta)],
        "eps-fixed": [up(z, gamma, beta, 1e-3)],
        "range": [of(centre, np.ptp(z, 0) + e) for centre in (z.min(0), mean) for e in (eps, 0)],
        "middle": [of(np.median(z, 0), root)],
        "mean-square": [of(mean, np.sqrt((z**2).mean(0) + eps))],
    }


def _judge_back(got: list, cases: list[Case]) -> Any:
    wanted = [back(z, gamma, error, eps) for z, gamma, _, error, eps in cases]
    for found, right in zip(got, wanted, strict=True):
        if found is None:
            return "no-return", {"which": "batch_norm_back"}
        if not isinstance(found, list) or len(found) != 3:
            return "not-three"
        for part, mine, its in zip(PARTS, found, right, strict=True):
            if np.shape(mine) != its.shape:
                return "back-shape", {"part": part, "wanted": str(its.shape), "got": str(np.shape(mine))}
    off = next((i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if not _all_same(g, w)), None)
    if off is None:
        return None
    part = next(i for i in range(3) if not _same(got[off][i], wanted[off][i]))
    fact = {"fact": differs(f"{_words(cases[off])}, {PARTS[part]}", got[off][part], wanted[off][part])}
    return common_cause(got, [_slips_back(*case) for case in cases], _all_same) or "back-values", fact


def _all_same(got: list, wanted: list) -> bool:
    return all(_same(g, w) for g, w in zip(got, wanted, strict=True))


def _slips_back(z: np.ndarray, gamma: np.ndarray, _: np.ndarray, error: np.ndarray, eps: float) -> dict[str, list]:
    s, hat, g, right = np.sqrt(z.var(0) + eps), up(z, eps=eps), gamma * error, back(z, gamma, error, eps)

    def of(dz: np.ndarray, dgamma: Any = right[1], dbeta: Any = right[2]) -> list:
        return [dz, dgamma, dbeta]

    through = (g * hat).mean(0)
    lost = back(z, 1.0, error, eps)[0]
    rows = {"axis": 1, "keepdims": True}
    n, y, plain = len(z), gamma * hat, (error * hat).mean(0)
    gamma_missing = [(error.mean(0), plain), (error.mean(0), through), (g.mean(0), plain)]
    return {
        "sums": [of((g - g.sum(0) - hat * (g * hat).sum(0)) / s)],
        "not-divided": [
            of(right[0] * s),
            of(g / s - g.mean(0) - hat * through),
        ],
        "by-variance": [of(right[0] / s)],
        "gamma-in-all": [of(right[0], (g * hat).sum(0), g.sum(0)), of(right[0], (g * hat).sum(0))],
        "gamma-once": [of((g - a - hat * b) / s) for a, b in gamma_missing],
        "back-no-eps": [back(z, gamma, error, other) for other in (0, 1e-3)]
        + [_hat_of_another_eps(z, g, error, eps)],
        "hat-once": [of((g - g.mean(0) - through) / s)],
        "back-units-axis": [of((g - g.mean(**rows) - hat * (g * hat).mean(**rows)) / s)],
        "y-for-hat": [of((g - g.mean(0) - y * (g * y).mean(0)) / s, d) for d in (right[1], (error * y).sum(0))],
        "averaged-dz": [of(right[0] / n), of(right[0] / n, right[1] / n, right[2] / n)],
        "back-unbiased": [back(z, gamma, error, eps, ddof=1)],
        "constants": [of(g / s)],
        "no-mean": [of((g - hat * through) / s)],
        "no-variance": [of((g - g.mean(0)) / s)],
        "not-hat": [
            of((g - g.mean(0) - other * mean) / s)
            for other in (z, z - z.mean(0))
            for mean in (through, (g * other).mean(0))
        ],
        "terms-added": [of((g + g.mean(0) + hat * through) / s)],
        "no-gamma": [of(lost)],
        "averaged": [of(right[0], right[1] / len(z), right[2] / len(z))],
        "gamma-of-z": [of(right[0], (error * other).sum(0)) for other in (z, z - z.mean(0))],
        "exchanged": [of(right[0], right[2], right[1])],
    }


def _hat_of_another_eps(z: np.ndarray, g: np.ndarray, error: np.ndarray, eps: float) -> list[np.ndarray]:
    hat = up(z, eps=0)
    return [(g - g.mean(0) - hat * (g * hat).mean(0)) / np.sqrt(z.var(0) + eps), (error * hat).sum(0), error.sum(0)]


@batch_norm.own_version
def own_batch_norm() -> Any:
    def batch_norm(z, gamma, beta, eps=1e-3):
        return gamma * (z - z.mean(0)) / np.sqrt(z.var(0) + eps) + beta

    def batch_norm_back(z, gamma, error, eps=1e-3):
        s = np.sqrt(z.var(0) + eps)
        hat = (z - z.mean(0)) / s
        g = gamma * error
        return (g - g.mean(0) - hat * (g * hat).mean(0)) / s, (error * hat).sum(0), error.sum(0)

    return batch_norm, batch_norm_back
