"""Collect the moments of a run one by one, and make a Recording of them."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vgcourse.measure.recording import COLUMNS, Recording
from vgcourse.measure.recording.schema import GRADIENTS, NOT_REDUCED, quantity_and_layer
from vgcourse.measure.statistics import STATISTICS, array_statistics, first_nonfinite

# Arrays are kept while all of them together stay below this many bytes.
ARRAYS_LIMIT = 512 * 2**20


@dataclass
class Moment:
    """One row of a Recording.

    Attributes:
        epoch: the epoch it lies in. step: steps done in it, None at its end.
        steps: steps done in all.
        loss, accuracy: None where not measured. rate: the learning rate, NaN where it cannot be had.
        values: (group, name) -> array, group a field of Recording.
    """

    epoch: int
    step: int | None
    steps: int
    loss: float | None
    accuracy: float | None
    values: dict[tuple[str, str], np.ndarray]
    rate: float = np.nan

    def __post_init__(self):
        large = {key: v for key, v in self.values.items() if key[0] not in NOT_REDUCED}
        # The sum is not finite where a value is not; in float64, no sum of float32 overflows.
        self.broken = [key for key, v in large.items() if not np.isfinite(np.sum(v, dtype=np.float64))]


class KeptMoments:
    """Moments in the order in which they were added.

    Args:
        keep: "arrays", "statistics", or "auto": arrays up to ARRAYS_LIMIT, statistics for all beyond it.
    """

    def __init__(self, keep: str = "auto"):
        self.keep = keep
        self.epoch_lengths: dict[int, int] = {}
        self._moments: list[Moment] = []
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._moments)

    @property
    def reduced(self) -> bool:
        """Whether values are rows of statistics."""
        return self.keep == "statistics"

    def add(self, moment: Moment) -> None:
        """Values are arrays, or where `reduced` (8,) rows of statistics; signals are scalars."""
        self._moments.append(moment)
        self._bytes += sum(v.nbytes for v in moment.values.values())
        if self.keep == "auto" and self._bytes > ARRAYS_LIMIT:
            self._reduce()

    def _reduce(self) -> None:
        warnings.warn(
            f"The recorded arrays have passed {ARRAYS_LIMIT >> 20} MB: only their statistics are kept, which "
            'recording.frame() gives. keep="arrays" keeps all, fewer `layers` or a larger `every` need less.',
            stacklevel=2,
        )
        self.keep = "statistics"
        for moment in self._moments:
            moment.values = {k: v if k[0] in NOT_REDUCED else array_statistics(v) for k, v in moment.values.items()}

    def recording(self, activations: dict[str, str], info: dict) -> Recording:
        """All moments so far; activations names every layer, in order."""
        epochs = np.array([self._epoch(m) for m in self._moments], float)
        measured = [(e, m.loss) for e, m in zip(epochs, self._moments, strict=True) if m.loss is not None]
        groups, rows = self._groups(epochs)
        return Recording(
            layers=tuple(activations),
            epochs=epochs,
            steps=np.array([m.steps for m in self._moments]),
            loss=np.array([m.loss for m in self._moments], float),
            accuracy=np.array([m.accuracy for m in self._moments], float),
            learning_rate=np.array([m.rate for m in self._moments], float),
            activations=activations,
            info=info | {"nonfinite_at": first_nonfinite(*np.reshape(measured, (-1, 2)).T)} | self._broken(epochs),
            statistics=pd.concat(rows, ignore_index=True) if rows else None,
            **groups,
        )

    def _broken(self, epochs) -> dict[str, float | None]:
        """From the values themselves: one that a moment lacks is NaN in the Recording, and no sign of anything."""
        found: dict[str, float | None] = {"weights_nonfinite_at": None, "gradients_nonfinite_at": None}
        for epoch, moment in zip(epochs, self._moments, strict=True):
            for group, _ in moment.broken:
                kind = "gradients" if group in GRADIENTS.values() else "weights"
                if found[f"{kind}_nonfinite_at"] is None:
                    found[f"{kind}_nonfinite_at"] = float(epoch)
        return found

    def _groups(self, epochs) -> tuple[dict[str, dict[str, np.ndarray]], list[pd.DataFrame]]:
        """(field of Recording -> name -> (T, *shape), rows of statistics)."""
        groups: dict[str, dict[str, np.ndarray]] = {}
        rows = []
        for group, name in dict.fromkeys(key for m in self._moments for key in m.values):
            values = self._stack((group, name))
            if self.reduced and group not in NOT_REDUCED:
                rows.append(_statistics_rows(epochs, group, name, values))
            else:
                groups.setdefault(group, {})[name] = values
        return groups, rows

    def _epoch(self, moment: Moment) -> float:
        if moment.step is None:
            return moment.epoch
        # An epoch that was cut short or is under way counts as far as it came.
        seen = max(m.step or 0 for m in self._moments if m.epoch == moment.epoch) + 1
        return moment.epoch - 1 + moment.step / self.epoch_lengths.get(moment.epoch, seen)

    def _stack(self, key: tuple[str, str]) -> np.ndarray:
        """(T, *shape); NaN where a moment has no such value."""
        shape = next(np.shape(m.values[key]) for m in self._moments if key in m.values)
        return np.stack([m.values.get(key, np.full(shape, np.nan)) for m in self._moments])


def _statistics_rows(epochs, group: str, name: str, values: np.ndarray) -> pd.DataFrame:
    quantity, layer = quantity_and_layer(group, name)
    rows = {"epoch": epochs, "layer": layer, "quantity": quantity}
    return pd.DataFrame(rows | dict(zip(STATISTICS, values.T, strict=True)), columns=list(COLUMNS))
