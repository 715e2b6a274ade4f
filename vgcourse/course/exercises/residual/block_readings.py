"""Lesson 6, a block's output and slope, read: which weights do what, and which misreading the numbers show."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import near

Phi = Callable[[np.ndarray], np.ndarray]
PHIS = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z: np.exp(np.minimum(z, 0))),
}


def weights_of(shapes: list, seed: int) -> list[np.ndarray]:
    """One drawn array a shape; student's process and judge draw the same."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=tuple(int(side) for side in shape)) for shape in shapes]


def readings_of(shapes: list, features: int, units: int, seed: int) -> list[tuple]:
    """Every way to read the weights: ((kernel, bias) of the branch, [kernel, bias] of the skip or [])."""
    known = [[features, units], [units]]
    if len(shapes) > 4 or any(list(shape) not in known for shape in shapes):
        return []
    arrays = weights_of(shapes, seed)
    kernels, biases = ([a for a in arrays if a.ndim == dims] for dims in (2, 1))
    biases = [*biases, np.zeros(units), np.zeros(units)][:2]
    ways = []
    for order in itertools.permutations(range(len(kernels))):
        branch, *skip = [kernels[i] for i in order]
        for first, second in (biases, biases[::-1]):
            ways.append(((branch, first), [skip[0], second] if skip else []))
    return ways


def is_projected_first(y: np.ndarray, x: np.ndarray, scale: float, shapes: list, seed: int, phi: Phi) -> bool:
    """Whether `y` is what a block gives that projects first, and branches off from the projection."""
    units, arrays = y.shape[1], weights_of(shapes, seed)
    first, second = ([a for a in arrays if a.shape == shape] for shape in ((x.shape[1], units), (units, units)))
    biases = [*(a for a in arrays if a.ndim == 1), np.zeros(units), np.zeros(units)][:2]
    if x.shape[1] == units or len(first) != 1 or len(second) != 1 or any(b.shape != (units,) for b in biases):
        return False
    for inside, outside in (biases, biases[::-1]):
        road = x @ first[0] + outside
        if any(near(y, road + s * (phi(road) @ second[0] + inside)) for s in (scale, 1)):
            return True
    return False


def right(x: np.ndarray, scale: float, branch: tuple, skip: list, phi: Phi) -> np.ndarray:
    """What the block of the task gives: scale times the branch, plus the way around it."""
    road = x @ skip[0] + skip[1] if skip else x
    return road + scale * (phi(x) @ branch[0] + branch[1])


def slip_of(y: np.ndarray, x: np.ndarray, scale: float, reading: tuple, phi: Phi) -> str | None:
    """What the output shows under one reading of the weights: "passed", a key, or None."""
    (kernel, bias), skip = reading
    units, h = kernel.shape[1], phi(x)
    inner, linear = h @ kernel + bias, x @ kernel + bias
    if skip:
        road, bent = x @ skip[0] + skip[1], [phi(x @ skip[0] + skip[1]), h @ skip[0] + skip[1]]
        if near(y, road + scale * inner):
            return "passed"
        if any(near(y, way + s * inner) for way in bent for s in (scale, 1)):
            return "bent-projection"
        if any(near(y, other(road) + s * inner) for other, _ in PHIS.values() for s in (scale, 1)):
            return "bent-projection"
    elif x.shape[1] != units:
        return slip_of_width(y, x, scale, inner)
    else:
        road = x
    slips = {
        "passed": [road + scale * inner],
        "no-skip": [scale * inner, inner, phi(linear), scale * phi(linear)],
        "wrong-skip": [phi(road) + s * inner for s in (scale, 1)],
        "activation-on-sum": [phi(road + s * part) for s in (scale, 1) for part in (inner, linear)]
        + [s * phi(road + inner) for s in (scale,)],
        "order": [road + s * phi(linear) for s in (scale, 1)],
        "no-activation": [road + s * linear for s in (scale, 1)],
        "scale-ignored": [road + inner],
        "scale-on-sum": [scale * (road + inner)],
        "scale-inside": [road + phi(scale * x) @ kernel + bias],
        "bias-at-full": [road + (scale * h) @ kernel + bias],
        "activated-twice": [road + s * phi(inner) for s in (scale, 1)],
        "multiplied": [road * s * inner for s in (scale, 1)],
    }
    return next((key for key, wrong in slips.items() if any(near(y, w) for w in wrong)), None)


def mixture_of(y: np.ndarray, x: np.ndarray, reading: tuple, phi: Phi) -> tuple[float, float] | None:
    """(a, b) where the output is exactly a · skip + b · branch, other numbers than were asked for; None elsewhere."""
    (kernel, bias), skip = reading
    road = x @ skip[0] + skip[1] if skip else x
    if road.shape != y.shape:
        return None
    parts = np.stack([np.ravel(road), np.ravel(phi(x) @ kernel + bias)], axis=1)
    found, *_ = np.linalg.lstsq(parts, np.ravel(y), rcond=None)
    return (float(found[0]), float(found[1])) if near(y, (parts @ found).reshape(y.shape)) else None


def slip_of_width(y: np.ndarray, x: np.ndarray, scale: float, inner: np.ndarray) -> str | None:
    """There is no projection, though the width changes."""
    filled = np.pad(x, ((0, 0), (0, max(0, inner.shape[1] - x.shape[1]))))[:, : inner.shape[1]]
    slips = {"skip-dropped": 0 * inner, "padded": filled}
    if x.shape[1] == 1:
        slips["broadcast"] = np.broadcast_to(x, inner.shape)
    return next((key for key, road in slips.items() if any(near(y, road + s * inner) for s in (scale, 1))), None)


def slope_of(layer: Any, x: np.ndarray) -> Any:
    """The derivative of a weighted sum of the outputs to x."""
    import tensorflow as tf

    point = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(point)
        y = layer(point)
        if y is None:
            return None
        total = tf.reduce_sum(y * weighting(y.shape))
    return as_array(tape.gradient(total, point))


def weighting(shape: Any) -> np.ndarray:
    """Fixed weights, by which an output is summed up before its gradient is taken."""
    return np.cos(np.arange(int(np.prod(shape)))).reshape(shape).astype("float32")


def as_array(value: Any) -> Any:
    """As a NumPy array, or None."""
    return None if value is None else np.asarray(value)
