"""Lesson 5, a scale from the data: one factor a kernel, so that every layer's z has mean square 1."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, close, common_cause, near, rms, things
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.checks.observation import with_article

Phi = Callable[[np.ndarray], np.ndarray]

unit_scale = Exercise(
    "unit-scale",
    points=3,
    title="a scale from the data",
    answers=("unit_scale",),
    passed="Every layer is at 1, whatever the activation: measured, not derived, and right for this very network.",
    misses={
        "no-return": NO_RETURN.format(name="unit_scale"),
        "not-kernels": "unit_scale gives back a list of {wanted} kernels, one for each given; here it gives {found}.",
        "not-sent-up": Miss(
            "The first layer is right. But you measured the later ones with what the *old* kernels send up. Their "
            "input comes from the layers that you have just scaled.",
            share=0.5,
        ),
        "no-phi": Miss("The first layer is right. But what the next layer gets is phi(z), not z itself.", share=0.5),
        "no-root": Miss(
            "You divide by the mean square itself. What is divided by c has its mean square divided by c².", share=0.5
        ),
        "deviation": Miss(
            "You divide by the standard deviation. These z have a mean too, which the mean square "
            "counts and the deviation leaves out.",
            share=0.5,
        ),
        "of-output": "You bring phi(z) to 1, not z. (For tanh that could not even be done.)",
        "per-unit": Miss(
            "Every z is at 1, but you scaled each unit by a number of its own. Asked for is one number a "
            "kernel, "
            "which leaves the ratios of its weights alone.",
            share=0.5,
        ),
        "weights": "Your numbers depend on the kernels' own size, not on the data. Send X up, and measure z.",
        "multiplied": "You multiply by the rms where you should divide: that squares the mean square.",
        "own-activation": Miss(
            "The first layer is right. But you send its signal on through an activation of your own. Use `phi`, "
            "whichever it is.",
            share=0.5,
        ),
        "first-only": "The first layer is right, the others are as they were. Each of them is to be scaled.",
        "one-for-all": "You divide every kernel by one number, that of the first. Each kernel has a number of "
        "its own.",
        "mean-abs": Miss("You bring the mean of |z| to 1. Asked for is the mean square.", share=0.5),
        "last-left": Miss("All hidden layers are at 1. The output's kernel is to be scaled as well.", share=0.5),
        "wrong-scale": "Follow the signal up to that kernel, and measure what it makes of it.",
    },
)
Case = tuple[list[np.ndarray], Phi, np.ndarray]


def _draw(rng: np.random.Generator) -> list[Case]:
    """Drawn kernels and a bent activation; seven layers of which one is tiny, for relu; one kernel, small points;
    and two kernels."""
    fixed = np.random.default_rng(6)
    slope, shift = rng.uniform(0.05, 0.3), rng.uniform(0.3, 0.7)
    drawn = (*_kernels(rng, (3, 7, 5, 6, 2), 50), lambda z: np.tanh(z) + slope * z + shift)
    relu = (*_kernels(fixed, (2, 9, 4, 8, 8, 5, 7, 1), 160), lambda z: np.maximum(z, 0) - 0.1 * np.maximum(-z, 0))
    relu[0][2] *= 1e-6
    single = (*_kernels(fixed, (4, 3), 9), np.tanh)
    single[1][:] *= 1e-3
    two = (*_kernels(np.random.default_rng(4), (3, 5, 2), 30), lambda z: np.maximum(z, 0))
    return [(kernels, phi, X) for kernels, X, phi in (drawn, relu, single, two)]


def _kernels(rng: np.random.Generator, sizes: tuple[int, ...], points: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Kernels of quite different sizes, and points that are not centred."""
    kernels = [rng.uniform(0.3, 3) * (rng.normal(size=shape) + 0.3) for shape in pairwise(sizes)]
    return kernels, rng.normal(size=(points, sizes[0])) + rng.uniform(0.2, 0.6)


@unit_scale.observe
def observe_unit_scale(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    seen = []
    for kernels, phi, X in _draw(rng):
        found = answer(kernels, phi, X)
        seen.append(_kernels_in(found))
    return {"found": seen}


def _kernels_in(found: Any) -> Any:
    """None, a list of arrays, or what it is instead, in words."""
    if found is None:
        return None
    if isinstance(found, (list, tuple)) or getattr(found, "ndim", 0):
        return [np.asarray(kernel) for kernel in found]
    return with_article(type(found).__name__)


@unit_scale.judge
def judge_unit_scale(seen: Seen, rng: np.random.Generator) -> Any:
    cases = _draw(rng)
    for found, (kernels, _, _) in zip(seen["found"], cases, strict=True):
        if found is None:
            return "no-return"
        if not isinstance(found, list) or [np.shape(kernel) for kernel in found] != [k.shape for k in kernels]:
            return "not-kernels", {"wanted": len(kernels), "found": _words(found, kernels)}
    pairs = list(zip(seen["found"], cases, strict=True))
    off = [i for i, (found, case) in enumerate(pairs) if not _all_near(found, _scaled(*case))]
    if not off:
        return None
    fact = {"fact": _first_off([np.asarray(kernel, float) for kernel in seen["found"][off[0]]], *cases[off[0]])}
    key = common_cause(seen["found"], [_slips(*case) for case in cases], _all_near)
    if not key and all(_from_weights(found) for found in seen["found"] if len(found) > 1):
        key = "weights"
    return key or "wrong-scale", fact


def _words(found: Any, kernels: list) -> str:
    if not isinstance(found, list):
        return found if isinstance(found, str) else "something else"
    return things(len(found)) + " of other shapes" * (len(found) == len(kernels))


def _all_near(got: list, wanted: list[np.ndarray]) -> bool:
    return all(
        np.shape(g) == np.shape(w) and close(g, w, rtol=1e-5, floor=1e-6) for g, w in zip(got, wanted, strict=True)
    )


def _scaled(kernels: list[np.ndarray], phi: Phi, X: np.ndarray, size: Callable = rms) -> list[np.ndarray]:
    """Each kernel over the size of what it makes of the scaled layers' signal."""
    scaled, h = [], X
    for kernel in kernels:
        scaled.append(kernel / size(h @ kernel))
        h = phi(h @ scaled[-1])
    return scaled


def _slips(kernels: list[np.ndarray], phi: Phi, X: np.ndarray) -> dict[str, list]:
    own = [_scaled(kernels, other, X) for other in (lambda z: np.maximum(z, 0), np.tanh)]
    return {"own-activation": own, **{key: [found] for key, found in _single(kernels, phi, X).items()}}


def _single(kernels: list[np.ndarray], phi: Phi, X: np.ndarray) -> dict[str, list]:
    old, h = [], X
    for kernel in kernels:
        old.append(h @ kernel)
        h = phi(old[-1])
    right = _scaled(kernels, phi, X)
    return {
        "not-sent-up": [kernel / rms(z) for kernel, z in zip(kernels, old, strict=True)],
        "no-phi": _scaled(kernels, lambda z: z, X),
        "no-root": _scaled(kernels, phi, X, lambda z: np.mean(z**2)),
        "deviation": _scaled(kernels, phi, X, np.std),
        "of-output": _scaled(kernels, phi, X, lambda z: rms(phi(z))),
        "per-unit": _scaled(kernels, phi, X, lambda z: np.sqrt(np.mean(z**2, axis=0))),
        "weights": [kernel / rms(kernel) for kernel in kernels],
        "multiplied": _scaled(kernels, phi, X, lambda z: 1 / rms(z)),
        "last-left": [*right[:-1], kernels[-1]],
        "first-only": [right[0], *kernels[1:]],
        "one-for-all": [kernel / rms(old[0]) for kernel in kernels],
        "mean-abs": _scaled(kernels, phi, X, lambda z: np.mean(np.abs(z))),
    }


def _first_off(found: list[np.ndarray], kernels: list[np.ndarray], phi: Phi, X: np.ndarray) -> str:
    place, h = f"Of {len(kernels)} kernels, number", X
    for layer, (new, old) in enumerate(zip(found, kernels, strict=True), 1):
        factor = np.sum(new * old) / np.sum(old**2)
        if not (factor > 0 and close(new, factor * old, rtol=1e-5, floor=1e-6)):
            return f"{place} {layer} is not a positive multiple of the one that was given."
        z = h @ new
        if not near(np.mean(z**2), 1, rtol=1e-4):
            return f"{place} {layer} brings the mean square of z to {np.mean(z**2):.6g}; it should be 1."
        h = phi(z)
    return "The kernels are off in their last digits."


def _from_weights(found: list[np.ndarray]) -> bool:
    """Whether every kernel was brought to a size that its shape alone decides: 1 over a fan, or twice that."""
    fans = [np.array([new.shape[0], sum(new.shape) / 2, new.size, 1]) for new in found]
    return any(
        np.allclose(column, column[0], rtol=1e-5)
        for size in (lambda new: np.mean(new**2), np.var)  # its mean square, or its variance
        for column in np.transpose([size(new) * of for new, of in zip(found, fans, strict=True)])
    )


@unit_scale.own_version
def own_unit_scale() -> Any:
    def unit_scale(kernels, phi, X):
        scaled, h = [], X
        for kernel in kernels:
            scaled.append(kernel / np.sqrt(np.mean((h @ kernel) ** 2)))
            h = phi(h @ scaled[-1])
        return scaled

    return unit_scale
