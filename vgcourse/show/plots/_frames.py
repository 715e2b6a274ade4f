"""What the plots are given, as arrays: a Recording, several (one a seed), or the tidy frame of either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vgcourse.measure.recording import Recording
from vgcourse.measure.recording.schema import PARAMETERS, SIGNALS
from vgcourse.measure.statistics import layer_statistics

# What a figure of one group takes, and what a figure of a panel each takes.
Recorded = Recording | Sequence[Recording] | pd.DataFrame
Panels = Recorded | Mapping[str, Recorded]
NEEDED = {"epoch", "layer", "quantity"}
_ARRAYS = {quantity: group for group, quantity in PARAMETERS.items()} | {name: name for name in SIGNALS}


@dataclass(frozen=True)
class Runs:
    """One statistic of one quantity. ``values`` has shape (runs, epochs, layers)."""

    layers: tuple[str, ...]
    epochs: np.ndarray
    values: np.ndarray

    @property
    def middle(self) -> np.ndarray:
        """Median over the runs, shape (epochs, layers). Runs that are NaN there are left out."""
        return _over_runs(self.values, 50)

    @property
    def quartiles(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper quartile over the runs, each of shape (epochs, layers)."""
        return _over_runs(self.values, 25), _over_runs(self.values, 75)

    def without(self, layers) -> "Runs":
        """The same runs without these layers."""
        keep = [k for k, name in enumerate(self.layers) if name not in layers]
        return Runs(tuple(self.layers[k] for k in keep), self.epochs, self.values[:, :, keep])


def only_statistics(recording: Recording) -> str:
    """A clause for an error where a capture has kept statistics in place of arrays; else nothing."""
    return "" if recording.statistics is None else "; only statistics were kept, give the capture keep='arrays'"


def runs_of(source, quantity: str, statistic: str) -> Runs:
    """Read ``statistic`` of ``quantity`` from a Recording, a list of them, or a frame.

    A frame has the columns of `Recording.frame`; a column ``seed`` tells several runs apart.

    Raises:
        TypeError: ``source`` is none of these.
        ValueError: the quantity was not recorded, or the runs differ in layers or epochs.
    """
    if isinstance(source, pd.DataFrame):
        parts = [_table(frame, None, quantity, statistic) for frame in _by_seed(source)]
    else:
        parts = [_of_recording(recording, quantity, statistic) for recording in recordings_of(source)]
    first = parts[0]
    for part in parts[1:]:
        if part.layers != first.layers or not np.array_equal(part.epochs, first.epochs):
            raise ValueError("recordings: they differ in layers or epochs; plot runs of one kind together.")
    return Runs(first.layers, first.epochs, np.concatenate([part.values for part in parts]))


def recordings_of(source) -> list[Recording]:
    """One or several Recordings as a list. Raises TypeError for anything else."""
    found = [source] if isinstance(source, Recording) else source
    if not isinstance(found, list | tuple) or not found or not all(isinstance(r, Recording) for r in found):
        what = _what_it_is(found) if isinstance(found, list | tuple) else type(source).__name__
        raise TypeError(f"recordings: expected a Recording or a list of them, not {what}; vg.train returns one.")
    return list(found)


def _what_it_is(several) -> str:
    other = [type(r).__name__ for r in several if not isinstance(r, Recording)]
    return f"a list that holds a {other[0]}" if other else "an empty list"


def groups_of(source) -> dict[str, object]:
    """Named groups, each to be drawn in a panel of its own; one nameless group when ``source`` is no dict."""
    if isinstance(source, dict):
        if not source:
            raise ValueError("recordings: the dict is empty; give it one Recording or list a name.")
        return {str(name): group for name, group in source.items()}
    return {"": source}


def activation_of(source) -> str:
    """The activation that most layers of a Recording (or of the first of several) apply, or an empty string."""
    first = source[0] if isinstance(source, list | tuple) and source else source
    names = [name for name in getattr(first, "activations", {}).values() if name != "linear"]
    return max(names, key=names.count) if names else ""


def nonfinite_note(source) -> str:
    """A sentence on runs whose loss stopped being a number, or an empty string."""
    groups = source.values() if isinstance(source, dict) else [source]
    runs = [r for g in groups for r in (g if isinstance(g, list | tuple) else [g]) if isinstance(r, Recording)]
    broken = [r.info["nonfinite_at"] for r in runs if r.info.get("nonfinite_at") is not None]
    if not broken:
        return ""
    who = "The loss" if len(runs) == 1 else f"The loss of {len(broken)} of {len(runs)} runs"
    return f"{who} stopped being a finite number (first at epoch {min(broken):g}); nothing is drawn from there."


def _by_seed(frame: pd.DataFrame) -> list[pd.DataFrame]:
    if missing := NEEDED - set(frame.columns):
        raise ValueError(
            f"frame: it has no column {sorted(missing)[0]!r}; use Recording.frame(), or plots.band for a sweep."
        )
    return [part for _, part in frame.groupby("seed", sort=True)] if "seed" in frame.columns else [frame]


def _of_recording(recording: Recording, quantity: str, statistic: str) -> Runs:
    """Straight from the arrays: `Recording.frame` would compute every statistic of every quantity."""
    arrays = getattr(recording, _ARRAYS.get(quantity, ""), None)
    if not arrays:
        return _table(recording.frame(), recording.layers, quantity, statistic)
    layers = tuple(name for name in recording.layers if name in arrays)
    columns = [
        np.asarray(arrays[name], float) if quantity in SIGNALS else layer_statistics(arrays[name])[statistic]
        for name in layers
    ]
    return Runs(layers, np.asarray(recording.epochs, float), np.stack(columns, 1)[None])


def _table(frame: pd.DataFrame, order, quantity: str, statistic: str) -> Runs:
    rows = frame[frame["quantity"] == quantity]
    if rows.empty:
        offered = ", ".join(sorted(frame["quantity"].unique())) or "nothing"
        raise ValueError(f"quantity: {quantity!r} was not recorded; the recording holds {offered}.")
    if statistic not in rows.columns:
        raise ValueError(f"statistic: {statistic!r} is not a column of the frame.")
    layers = [n for n in (order or rows["layer"].unique()) if n in set(rows["layer"])]
    table = rows.pivot_table(index="epoch", columns="layer", values=statistic, dropna=False)[layers]
    return Runs(tuple(layers), table.index.to_numpy(float), table.to_numpy(float)[None])


def _over_runs(values: np.ndarray, percent: float) -> np.ndarray:
    """Percentile over the first axis without NaN, quiet where every run is NaN."""
    finite = np.isfinite(values)
    whole = finite.all(0)
    partly = finite.any(0) & ~whole
    result = np.full(values.shape[1:], np.nan)
    result[whole] = np.percentile(values[:, whole], percent, axis=0)
    # NumPy goes through these one by one, which takes a hundred times as long.
    result[partly] = np.nanpercentile(np.where(finite, values, np.nan)[:, partly], percent, axis=0)
    return result
