"""What a compiled run is compiled for: batches, and the layout of its records. NumPy only."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Slot:
    """Where one recorded quantity stands in a record's flat vector."""

    group: str
    key: str
    shape: tuple[int, ...]
    start: int

    @property
    def stop(self) -> int:
        """The index behind its last number."""
        return self.start + int(np.prod(self.shape, dtype=int))


@dataclass(frozen=True)
class Plan:
    """What a graph is compiled for: n examples in batches, recorded per step or per epoch.

    objective(y, y_pred, weights) -> scalar mean loss; accuracy(y, y_pred) -> scalar; probe: rows to measure
    on. fill_up: the last, smaller batch of an epoch may be filled up with examples of weight 0, which spares
    compiling a second step.
    """

    n: int
    batch_size: int
    per_step: bool
    objective: Callable
    accuracy: Callable
    probe: np.ndarray
    fill_up: bool = False

    @property
    def steps(self) -> int:
        """Optimizer steps in an epoch; the last one may hold a smaller batch."""
        return -(-self.n // self.batch_size)

    @property
    def filled(self) -> int:
        """Examples of weight 0 in the last step."""
        return self.steps * self.batch_size - self.n if self.fill_up else 0

    @property
    def full_steps(self) -> int:
        """Steps of an epoch whose batch is full."""
        return (self.n + self.filled) // self.batch_size

    @property
    def rest(self) -> int:
        """Examples in a smaller last step of its own."""
        return (self.n + self.filled) % self.batch_size

    @property
    def weights(self) -> np.ndarray | None:
        """(steps, batch_size): what an example counts, so that each step's mean is over its own examples."""
        if not self.filled:
            return None
        weights = np.ones((self.steps, self.batch_size), np.float32)
        own = self.batch_size - self.filled
        weights[-1] = np.where(np.arange(self.batch_size) < own, self.batch_size / own, 0)
        return weights
