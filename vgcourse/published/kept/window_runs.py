"""Recurrent nets whose gradient is cut: back-propagation through the last steps only. Measured once and kept.

The task is recall with the bit on an input of its own: at the first step it is +1 or -1, later 0, and the second
input is noise from the second step on. Where the gradient stops before the first step, the weights of that first
input never get one. ``python -m vgcourse.published.kept.window_runs`` measures all nets anew, in some four minutes
of a processor's time, and writes ``window_runs.csv`` beside this file.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vgcourse.published.kept import memory_runs
from vgcourse.published.kept.memory_runs import SEEDS, Memory

__all__ = ["Windowed", "measure", "set_ups", "window_runs"]

_FILE = Path(__file__).with_name("window_runs.csv")


@dataclass(frozen=True)
class Windowed(Memory):
    """A `Memory` whose error goes back through the last ``window`` steps and no further.

    ``begins``: "as drawn", or "at zero": then the weights of the bit's input are 0 before training.
    """

    task: str = "recall apart"
    window: int = 25
    begins: str = "as drawn"

    def handed_on(self, t: Any, state: tuple) -> tuple:
        """The state that step `t` hands on, cut off from the gradient where the window begins."""
        import tensorflow as tf

        if self.window >= self.steps:
            return state
        return tuple(tf.where(t == self.steps - self.window, tf.stop_gradient(part), part) for part in state)


def window_runs() -> pd.DataFrame:
    """One row a run: the fields of `Windowed`, ``seed``, and after training ``loss`` and ``accuracy``."""
    return pd.read_csv(_FILE)


def set_ups() -> list[Windowed]:
    """Every set-up of the table."""
    return [Windowed("tanh", window=k, begins=how) for how in ("at zero", "as drawn") for k in (25, 24, 12, 6)]


def measure(chosen: list[Windowed] | None = None, seeds: int = SEEDS) -> pd.DataFrame:
    """Train every set-up with that many seeds; columns as `window_runs`."""
    parts = []
    for one in set_ups() if chosen is None else chosen:
        found = memory_runs.train(one, range(seeds), start_of(one, range(seeds)))
        parts.append(pd.DataFrame({**asdict(one), "seed": np.arange(seeds), **found}))
    return pd.concat(parts, ignore_index=True)


def start_of(one: Windowed, seeds: range | list[int]) -> list[np.ndarray]:
    """The weights before training, as `memory_runs.stacked_weights`."""
    kernel, *others = memory_runs.stacked_weights(one, seeds)
    if one.begins == "at zero":
        kernel[:, 0] = 0
    return [kernel, *others]


if __name__ == "__main__":
    measure().round(5).to_csv(_FILE, index=False, lineterminator="\n")
