"""Lesson 6, one residual block, judged: what it gives, what it passes back, how its weights begin."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, differs, near
from vgcourse.course.exercises.residual.block_readings import (
    PHIS,
    is_projected_first,
    mixture_of,
    readings_of,
    right,
    slip_of,
    weighting,
)

FRESH = 64  # units of a block whose initial weights are looked at


def judge_slope(case: Seen, kind: tuple[int, str], x: np.ndarray, scale: float, seed: int) -> str | None:
    """A block that computes what it should: does it train as it should?"""
    if case["trainable"] < len(case["shapes"]):
        return "frozen"
    if not near(case["trained"], case["y"], rtol=1e-3, atol=1e-3):
        return "other-in-training"
    error, slope = weighting((len(x), kind[0])).astype(float), PHIS[kind[1]][1]
    for (kernel, _), skip in readings_of(case["shapes"], x.shape[1], kind[0], seed):
        wanted = (error @ skip[0].T if skip else error) + scale * (error @ kernel.T) * slope(x)
        if case["dx"] is not None and near(case["dx"], wanted, 1e-3, 1e-3):
            return None
    return "no-way-back"


def judge_fresh(blocks: list) -> Any:
    """How the weights begin, of two blocks of one width and of one that changes it."""
    kernels = [[np.asarray(a, float) for a in arrays if np.ndim(a) == 2] for arrays in blocks]
    size = float(np.sqrt(np.mean(kernels[0][0] ** 2)))
    wide = [float(np.sqrt(np.mean(k**2)) / np.sqrt(1 / FRESH)) for k in kernels[2]]
    # 9 standard errors of the root mean square of 4,096 normal numbers; Glorot's weights are 0.71 of He's.
    if abs(size / np.sqrt(2 / FRESH) - 1) > 0.1:
        return "not-he", {"got": size, "inputs": FRESH, "wanted": np.sqrt(2 / FRESH)}
    if not any(abs(ratio - 1) < 0.05 for ratio in wide):
        nearest = min(wide, key=lambda ratio: abs(ratio - 1)) * np.sqrt(1 / FRESH)
        return "not-he", {"got": nearest, "inputs": 2 * FRESH, "wanted": np.sqrt(1 / FRESH)}
    if np.allclose(kernels[0][0], kernels[1][0]):
        return "alike"
    if not all(np.any(kernel) for kernel in kernels[2]):
        return "silent-projection"
    biases = [np.asarray(a, float) for a in blocks[0] if np.ndim(a) == 1]
    return "bias-start" if any(np.any(b) for b in biases) else None


def judge_case(case: Seen, kind: tuple[int, str], x: np.ndarray, scale: float, seed: int) -> Any:
    """What a block's weights and its output say of it."""
    y, (units, activation) = np.asarray(case["y"], float), kind
    place = {"inputs": x.shape[1], "units": units, "activation": activation}
    if y.shape != (len(x), units):
        return "wrong-shape", {**place, "examples": len(x), "got": str(y.shape)}
    phi = PHIS[activation][0]
    readings = readings_of(case["shapes"], x.shape[1], units, seed)
    found = [slip_of(y, x, scale, reading, phi) for reading in readings]
    same = x.shape[1] == units
    if "passed" in found:
        if same and len(readings[0][1]):
            return "always-projects"
        biases = [list(shape) for shape in case["shapes"]].count([units])
        return {0: "no-bias", 1: None}.get(biases, "project-bias")
    if keys := [key for key in found if key]:
        return keys[0]
    if not readings:
        if is_projected_first(y, x, scale, case["shapes"], seed, phi):
            return "projected-first"
        return "other-weights", {**place, "got": ", ".join(str(tuple(shape)) for shape in case["shapes"])[:120]}
    others = [(name, other) for name, (other, _) in PHIS.items() if name != activation]
    for name, other in others:
        if any(slip_of(y, x, scale, reading, other) == "passed" for reading in readings):
            return "other-activation", {**place, "got": name}
    whole = [reading for reading in readings if same or reading[1]]
    if not whole:
        return "no-projection", place
    if parts := next(filter(None, (mixture_of(y, x, reading, phi) for reading in whole)), None):
        signs = {"branch": _signed(parts[1]), "wanted": _signed(scale)}
        return "other-mixture", {**place, "scale": scale, "skip": parts[0], **signs}
    outputs = [right(x, scale, *reading, phi) for reading in whole]
    nearest = min(outputs, key=lambda output: np.abs(y - output).max())
    what = f"With {x.shape[1]} inputs, {units} units, {activation} and scale {scale:.3g}, the output"
    return "wrong-values", {"fact": differs(what, y, nearest)}


def _signed(factor: float) -> str:
    """As it stands behind another term: "+ 0.3", "− 0.3"."""
    return f"{'−' if factor < 0 else '+'} {abs(factor):.3g}"
