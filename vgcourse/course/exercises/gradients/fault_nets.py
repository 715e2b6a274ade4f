"""Lesson 4, the nets with faults: one drawn with a weak layer and dead units, and some that were looked for."""

from typing import Any

import numpy as np

from vgcourse.course.exercises.gradients.oracle import Weights

DEPTH, WIDTH, EXAMPLES = 6, 7, 200


def draw(rng: np.random.Generator) -> tuple[Weights, np.ndarray, np.ndarray, dict[str, Any]]:
    """A relu net with one weak layer, two dead units, one that sleeps and one that nobody hears."""
    X = rng.normal(size=(EXAMPLES, 3)).astype("float32")
    y = (X[:, 0] * X[:, 1] > 0).astype("float32")
    faults = _place(rng)
    return _weights(rng, X, faults), X, y, faults


def _place(rng: np.random.Generator) -> dict[str, Any]:
    """Where the faults are: layers count from 0, hidden_1."""
    weak = int(rng.integers(2, DEPTH - 1))
    others = [i for i in range(DEPTH - 1) if i != weak]
    layers = rng.permutation(others)[:3]
    units = [int(u) for u in rng.integers(0, WIDTH - 1, 3)]
    dead = {(int(layer), unit) for layer, unit in zip(layers[:2], units[:2], strict=True)}
    sleeper = (int(layers[2]), units[2])
    return {"weak": weak, "dead": dead, "asleep": sleeper, "unheard": (sleeper[0], (sleeper[1] + 1) % WIDTH)}


def _weights(rng: np.random.Generator, X: np.ndarray, faults: dict[str, Any]) -> Weights:
    weights, h = [], X.astype(float)
    for layer in range(DEPTH):
        fan_in = h.shape[1]
        kernel, bias = rng.normal(size=(fan_in, WIDTH)) * np.sqrt(2 / fan_in), np.zeros(WIDTH)
        kernel *= 0.01 if layer == faults["weak"] else 1
        if faults["unheard"][0] == layer - 1:
            kernel[faults["unheard"][1]] = 0
        # A unit that is nearly always off by chance is turned round: it is then nearly always on.
        kernel *= np.where((h @ kernel > 0).mean(0) < 0.2, -1, 1)
        z = h @ kernel
        for where, unit in faults["dead"]:
            if where == layer:
                bias[unit] = -2 * np.abs(z[:, unit]).max()
        if faults["asleep"][0] == layer:
            unit = faults["asleep"][1]
            bias[unit] = -np.sort(z[:, unit])[[-5, -4]].mean()
        weights.append((kernel, bias))
        h = np.maximum(z + bias, 0)
    return [*weights, (rng.normal(size=(WIDTH, 1)) / np.sqrt(WIDTH), np.zeros(1))]


# Layers and seeds of nets that were looked for: the fault in the second layer, in the highest, in the middle. In the
# first two no shortcut names the right layer; the last has no dead unit, and one that wakes for the last point alone.
TELLING = ((5, 1459, True), (7, 4847, True), (6, 937, False))


# Widths, and a seed that was looked for: a norm, a mean of absolute values, or one of the examples' own rms, blames
# another layer than the rms of all.
WIDTHS, UNLIKE = (3, 9, 2, 12, 4), 3840


def of_widths(seed: int) -> tuple[Weights, np.ndarray, np.ndarray]:
    """A net whose layers are wide and narrow in turn; every unit is on for some examples."""
    rng = np.random.default_rng(seed)
    X, weights, fan_in = rng.normal(size=(60, 3)).astype("float32"), [], 3
    for width in WIDTHS:
        kernel = rng.normal(size=(fan_in, width)) * np.sqrt(2 / fan_in) * np.exp(0.5 * rng.normal())
        weights.append((kernel, rng.uniform(0.2, 1, width)))
        fan_in = width
    weights.append((rng.normal(size=(fan_in, 1)) / 2, np.zeros(1)))
    return weights, X, (X[:, 0] > 0).astype("float32")


# A seed that was looked for: a standard deviation of the errors blames another layer than their rms.
ONE_SIGN = 10


def of_one_sign(seed: int) -> tuple[Weights, np.ndarray, np.ndarray]:
    """A net whose highest errors have one sign and nearly one size.

    A unit is on for one point, by very little; one is on for all points alike.
    """
    rng = np.random.default_rng(seed)
    X, weights, fan_in = rng.normal(size=(60, 3)).astype("float32"), [], 3
    for layer in range(4):
        kernel = rng.normal(size=(fan_in, 6)) * np.sqrt(2 / fan_in) * (0.3 if layer == 3 else 1)
        weights.append((kernel, rng.uniform(0.2, 1, 6)))
        fan_in = 6
    # So small that whatever is added to a size, lest one divide by 0, is more than the size.
    weights.append((1e-6 * rng.uniform(0.9, 1.1, (6, 1)) / 6, np.zeros(1)))
    # Half precision takes this point's 1.0001 for 1, and the unit for dead.
    X[0], X[1:, 0] = [1.0001, 0, 0], np.minimum(X[1:, 0], 0.99)
    weights[0][0][:, 0], weights[0][1][0] = [1, 0, 0], -1.00005
    weights[1][0][:, 0], weights[1][1][0] = 0, 0.5
    return weights, X, np.ones(60, "float32")


def uneven(rng: np.random.Generator, depth: int, dead: bool) -> tuple[Weights, np.ndarray, np.ndarray]:
    """Kernels and biases of quite different sizes; some units never on, one on for the last point alone."""
    X = rng.normal(size=(EXAMPLES, 3)).astype("float32")
    weights, h = [], X.astype(float)
    for layer in range(depth):
        fan_in = h.shape[1]
        kernel = rng.normal(size=(fan_in, WIDTH)) * np.sqrt(2 / fan_in) * np.exp(0.7 * rng.normal())
        z = h @ kernel
        bias = rng.choice([0, 0, 1, 5]) * z.std() * rng.uniform(0.5, 1, WIDTH)
        if dead:
            off = rng.permutation(WIDTH)[: rng.choice([1, 2]) if layer in (0, depth - 1) else rng.choice([0, 0, 1])]
            bias[off] = -2 * np.abs(z[:, off]).max(0) - 1
            faint = (off[0] + 1) % WIDTH if len(off) else 0
            kernel[:, faint], bias[faint] = 1e-7 * kernel[:, faint], 1e-7 * np.abs(bias[faint])
        elif layer == 1:
            kernel[:, 2] *= np.sign(z[-1, 2])
            z = h @ kernel
            bias[2] = -np.sort(z[:, 2])[-2:].mean() if z[:, 2].argmax() == len(z) - 1 else 0
        weights.append((kernel, bias))
        h = np.maximum(h @ kernel + bias, 0)
    weights.append((rng.normal(size=(WIDTH, 1)) / np.sqrt(WIDTH), np.zeros(1)))
    return weights, X, (X[:, 0] > 0).astype("float32")
