"""How far an error gets through time in the nets of `memory_runs` before their first update: measured once and kept.

Sixteen nets of one set-up are measured side by side, in float64, so that what is left after four hundred steps is
no rounding. ``python -m vgcourse.published.kept.memory_starts`` measures all of them anew, in a minute or two, and
writes ``memory_starts.csv`` beside this file. For one net of your own there is `vgcourse.gradient_by_step`; both
give the same numbers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vgcourse.measure.statistics import rms
from vgcourse.published.kept import memory_runs
from vgcourse.published.kept.memory_runs import CELLS, SEEDS, WIDTH

__all__ = ["Start", "carried", "measure", "memory_starts", "starts"]

_FILE = Path(__file__).with_name("memory_starts.csv")
_BATCH = 32
STEPS = (10, 25, 50, 100, 200, 400)


@dataclass(frozen=True)
class Start:
    """One set-up: a cell as in `memory_runs`, or "sigmoid"; how many steps, and how many numbers arrive at each."""

    cell: str
    steps: int
    features: int = 1


def memory_starts() -> pd.DataFrame:
    """One row a net: ``cell, steps, features, seed, factor, left``, before training.

    The inputs are noise, N(0, 1). ``factor`` and ``left`` are those of `vgcourse.gradient_by_step`: by what an error
    changes a step, and the share of it that is left at the first step; of an LSTM, at its cell state.
    """
    return pd.read_csv(_FILE)


def starts() -> list[Start]:
    """Every set-up of the table."""
    cells = ("sigmoid", "gru", "lstm, bias 0", "lstm", "tanh", "gru, bias 1", "lstm, chrono", "relu, identity")
    by_length = [Start(cell, steps) for steps in STEPS for cell in (*cells, "lstm, bias 3")]
    by_input = [Start(cell, 50, features) for cell in ("tanh", "lstm", "gru") for features in (8, 32)]
    return [*by_length, *by_input]


def measure(chosen: list[Start] | None = None, seeds: int = SEEDS) -> pd.DataFrame:
    """Measure every set-up with that many seeds; columns as `memory_starts`."""
    from vgcourse.measure.capture.by_step import StepProfile

    rows = []
    for one in starts() if chosen is None else chosen:
        for seed, values in enumerate(carried(one, range(seeds))):
            profile = StepProfile(one.cell, backwards=False, carried=values)
            rows.append((one.cell, one.steps, one.features, seed, profile.factor, profile.left))
    return pd.DataFrame(rows, columns=["cell", "steps", "features", "seed", "factor", "left"])


def carried(one: Start, seeds: range | list[int], inputs: np.ndarray | None = None) -> np.ndarray:
    """rms of the gradient at every step's state for an error of rms 1 at the last output: (seeds, steps).

    ``inputs``: (seeds, steps, batch, features); noise of each seed's own where they are not given.
    """
    import tensorflow as tf

    kind = one.cell.partition(", ")[0]
    step, count = (CELLS | {"sigmoid": CELLS["tanh"]})[kind]
    weights = [tf.constant(w) for w in _weights(one, seeds)]
    X = tf.constant(_noise(one, seeds) if inputs is None else inputs, tf.float64)
    activation = {"relu": tf.nn.relu, "sigmoid": tf.sigmoid}.get(kind, tf.tanh)
    state, states = tuple(tf.zeros((len(seeds), X.shape[2], WIDTH), tf.float64) for _ in range(count)), []
    with tf.GradientTape() as tape:
        tape.watch(state)
        for t in range(one.steps):
            state = step(X[:, t], state, *weights, activation)
            states.append(state)
    error = np.stack([_error(seed, X.shape[2]) for seed in seeds])
    held = [parts[-1] for parts in states]  # an LSTM's cell state stands behind its output
    gradients = tape.gradient(states[-1][0], held, output_gradients=tf.constant(error))
    return np.stack([_size(np.asarray(g)) for g in gradients], axis=1)


def _size(gradient: np.ndarray) -> np.ndarray:
    """rms of each net's gradient, whose squares may be too small even for float64."""
    largest = np.abs(gradient).max(axis=(1, 2))
    return largest * rms(gradient / np.where(largest > 0, largest, 1.0)[:, None, None], axis=(1, 2))


def _weights(one: Start, seeds: range | list[int]) -> list[np.ndarray]:
    layers = [memory_runs.layer_with(one.cell, one.steps, seed, one.features).get_weights() for seed in seeds]
    return [np.stack(same).astype(float) for same in zip(*layers, strict=True)]


def _noise(one: Start, seeds: range | list[int]) -> np.ndarray:
    return np.stack([np.random.default_rng(seed).normal(size=(one.steps, _BATCH, one.features)) for seed in seeds])


def _error(seed: int, batch: int) -> Any:
    error = np.random.default_rng(seed).normal(size=(batch, WIDTH))
    return error / rms(error)


if __name__ == "__main__":
    measure().to_csv(_FILE, index=False, float_format="%.4g", lineterminator="\n")
