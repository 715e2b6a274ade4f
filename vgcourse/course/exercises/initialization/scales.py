"""Lesson 5, a scale from the data: one factor a kernel, so that every layer's z has mean square 1."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, near
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

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
        "not-sent-up": "The first layer is right. But you measured the later ones with what the *old* kernels send "
        "up. Their input comes from the layers that you have just scaled.",
        "no-phi": "The first layer is right. But what the next layer gets is phi(z), not z itself.",
        "no-root": "You divide by the mean square itself. What is divided by c has its mean square divided by c².",
        "deviation": "You divide by the standard deviation. These z have a mean too, which the mean square counts "
        "and the deviation leaves out.",
        "of-output": "You bring phi(z) to 1, not z. (For tanh that could not even be done.)",
        "per-unit": Miss(
            "Every z is at 1, but you scaled each unit by a number of its own. Asked for is one number a kernel, "
            "which leaves the ratios of its weights alone.",
            share=0.5,
        ),
        "weights": "Your numbers depend on the kernels' own size, not on the data. Send X up, and measure z.",
        "multiplied": "You multiply by the rms where you should divide: what was large got larger.",
        "last-left": Miss("All hidden layers are at 1. The output's kernel is to be scaled as well.", share=0.5),
        "in-place": Miss(
            "The new kernels are right, but the given ones have changed too. Make new arrays: `a = a / c`, not "
            "`a /= c`.",
            share=0.5,
        ),
        "other-kernels": "The kernel of layer {layer} is not a multiple of the one that was given.",
        "wrong-scale": "In layer {layer} the mean square of z is {got:.4g}; it should be 1.",
    },
)
SIZES = (3, 7, 5, 6, 2)


def _draw(rng: np.random.Generator) -> tuple[list[np.ndarray], Phi, np.ndarray]:
    """Four kernels of quite different sizes, a bent activation, and points that are not centred."""
    shapes = list(pairwise(SIZES))
    kernels = [rng.uniform(0.3, 3) * (rng.normal(size=shape) + 0.3) for shape in shapes]
    slope, shift = rng.uniform(0.05, 0.3), rng.uniform(0.3, 0.7)
    return kernels, lambda z: np.tanh(z) + slope * z + shift, rng.normal(size=(50, SIZES[0])) + rng.uniform(0.2, 0.6)


@unit_scale.observe
def observe_unit_scale(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    kernels, phi, X = _draw(rng)
    found = answer(kernels, phi, X)
    if isinstance(found, (list, tuple)):
        found = [np.asarray(kernel) for kernel in found]
    return {"found": found, "after": [np.asarray(kernel) for kernel in kernels]}


@unit_scale.judge
def judge_unit_scale(seen: Seen, rng: np.random.Generator) -> Any:
    found, (kernels, phi, X) = seen["found"], _draw(rng)
    if found is None:
        return "no-return"
    if not isinstance(found, list) or [np.shape(kernel) for kernel in found] != [k.shape for k in kernels]:
        return "not-kernels", {"wanted": len(kernels), "found": _words(found)}
    if _all_near(found, _scaled(kernels, phi, X)):
        return None if _all_near(seen["after"], kernels) else "in-place"
    slips = _slips(kernels, phi, X)
    key = next((key for key, wrong in slips.items() if _all_near(found, wrong)), None)
    return key or _first_off([np.asarray(kernel, float) for kernel in found], kernels, phi, X)


def _words(found: Any) -> str:
    if not isinstance(found, list):
        return "something else"
    return f"{len(found)} things" + " of other shapes" * (len(found) == len(SIZES) - 1)


def _all_near(got: list, wanted: list[np.ndarray]) -> bool:
    return all(near(g, w, rtol=1e-5, atol=1e-8) for g, w in zip(got, wanted, strict=True))


def _rms(z: np.ndarray) -> Any:
    return np.sqrt(np.mean(z**2))


def _scaled(kernels: list[np.ndarray], phi: Phi, X: np.ndarray, size: Callable = _rms) -> list[np.ndarray]:
    """Each kernel over the size of what it makes of the scaled layers' signal."""
    scaled, h = [], X
    for kernel in kernels:
        scaled.append(kernel / size(h @ kernel))
        h = phi(h @ scaled[-1])
    return scaled


def _slips(kernels: list[np.ndarray], phi: Phi, X: np.ndarray) -> dict[str, list[np.ndarray]]:
    old, h = [], X
    for kernel in kernels:
        old.append(h @ kernel)
        h = phi(old[-1])
    right = _scaled(kernels, phi, X)
    return {
        "not-sent-up": [kernel / _rms(z) for kernel, z in zip(kernels, old, strict=True)],
        "no-phi": _scaled(kernels, lambda z: z, X),
        "no-root": _scaled(kernels, phi, X, lambda z: np.mean(z**2)),
        "deviation": _scaled(kernels, phi, X, np.std),
        "of-output": _scaled(kernels, phi, X, lambda z: _rms(phi(z))),
        "per-unit": _scaled(kernels, phi, X, lambda z: np.sqrt(np.mean(z**2, axis=0))),
        "weights": [kernel / _rms(kernel) for kernel in kernels],
        "multiplied": _scaled(kernels, phi, X, lambda z: 1 / _rms(z)),
        "last-left": [*right[:-1], kernels[-1]],
    }


def _first_off(found: list[np.ndarray], kernels: list[np.ndarray], phi: Phi, X: np.ndarray) -> Any:
    for layer, (new, old) in enumerate(zip(found, kernels, strict=True), 1):
        factor = np.sum(new * old) / np.sum(old**2)
        if not (factor > 0 and near(new, factor * old, rtol=1e-5, atol=1e-8)):
            return "weights" if _from_weights(found) else ("other-kernels", {"layer": layer})
    h = X
    for layer, new in enumerate(found, 1):
        z = h @ new
        if not near(np.mean(z**2), 1, rtol=1e-4):
            return "weights" if _from_weights(found) else ("wrong-scale", {"layer": layer, "got": np.mean(z**2)})
        h = phi(z)
    return "wrong-scale", {"layer": len(found), "got": np.mean(z**2)}


def _from_weights(found: list[np.ndarray]) -> bool:
    """Whether every kernel was brought to a size that its shape alone decides: 1 over a fan, or twice that."""
    sizes = [np.mean(new**2) * np.array([new.shape[0], sum(new.shape) / 2, new.size, 1]) for new in found]
    return any(np.allclose(column, column[0], rtol=1e-5) for column in np.transpose(sizes))


@unit_scale.own_version
def own_unit_scale() -> Any:
    def unit_scale(kernels, phi, X):
        return _scaled(kernels, phi, X)

    return unit_scale
