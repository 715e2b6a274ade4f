"""What a training run leaves behind: weights, gradients and signals of every layer, over time."""

import os
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vgcourse.measure.recording import files
from vgcourse.measure.recording.comparison import compare
from vgcourse.measure.recording.schema import BY_STEP, PARAMETERS, SERIES, SIGNALS, VARIABLES, quantity_and_layer
from vgcourse.measure.statistics import STATISTICS, first_nonfinite, layer_statistics

_WATCHED = {
    "weights_nonfinite_at": ("kernels", "biases", "variables"),
    "gradients_nonfinite_at": ("kernel_gradients", "bias_gradients", "variable_gradients"),
}
COLUMNS = ("epoch", "layer", "quantity", *STATISTICS)


@dataclass(repr=False)
class Recording:
    """A recorded run. The first axis of every array is time; T moments in all.

    Attributes:
        layers: names of the layers that own weights, in call order; a nested one is ``"block/dense"``.
        epochs: (T,) float. -1 is the initialisation, 0 the end of the first epoch. Recorded per step
            it is ``steps / steps_per_epoch - 1``.
        steps: (T,) int, optimizer steps done. 0 at initialisation.
        loss, accuracy: (T,) float, NaN where not measured.
        kernels, biases: layer -> (T, *shape).
        kernel_gradients, bias_gradients: layer -> (T, *shape), the gradient of the loss.
        variables, variable_gradients: ``"layer/name"`` -> (T, *shape), for whatever else is trainable
            (``gamma``, ``recurrent_kernel``, ``embeddings``).
        backprop: layer -> (T,), the root mean square over examples i and units of dL_i/dh at the
            layer's output h, where L_i is the loss of one example: independent of the batch size.
        saturated: layer -> (T,), the fraction of activations where the activation function is nearly flat.
        dead: layer -> (T,), the fraction of units whose slope is zero for every example.
        step_gradients: recurrent layer -> (T, steps), the root mean square over examples i and units of dL_i/dh_t,
            h_t the layer's output at step t of the sequence. Of a masked step, over the examples that have it.
        cell_gradients: LSTM layer -> (T, steps), the same at its cell state c_t, along every road.
        learning_rate: (T,) float, the optimizer's at that moment; NaN where it cannot be had.
        activations: layer -> name of its activation function.
        info: settings of the run, in the words of `schema.INFO`. ``info["nonfinite_at"]`` is the first epoch (as
            in ``epochs``) whose loss is not a finite number, or None; ``info["weights_nonfinite_at"]`` and
            ``info["gradients_nonfinite_at"]`` the same for any weight and any gradient.
        statistics: rows with the columns of `frame`, for arrays too large to keep.

    A quantity that was not recorded is an empty dict.

    Raises:
        ValueError: where there is no layer or no moment, or lengths differ.
    """

    layers: tuple[str, ...]
    epochs: np.ndarray
    steps: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    kernels: dict[str, np.ndarray] = field(default_factory=dict)
    biases: dict[str, np.ndarray] = field(default_factory=dict)
    kernel_gradients: dict[str, np.ndarray] = field(default_factory=dict)
    bias_gradients: dict[str, np.ndarray] = field(default_factory=dict)
    variables: dict[str, np.ndarray] = field(default_factory=dict)
    variable_gradients: dict[str, np.ndarray] = field(default_factory=dict)
    backprop: dict[str, np.ndarray] = field(default_factory=dict)
    saturated: dict[str, np.ndarray] = field(default_factory=dict)
    dead: dict[str, np.ndarray] = field(default_factory=dict)
    step_gradients: dict[str, np.ndarray] = field(default_factory=dict)
    cell_gradients: dict[str, np.ndarray] = field(default_factory=dict)
    learning_rate: np.ndarray | None = None
    activations: dict[str, str] = field(default_factory=dict)
    info: dict = field(default_factory=dict)
    statistics: pd.DataFrame | None = None

    def __post_init__(self):
        self.layers = tuple(self.layers)
        if self.learning_rate is None:
            self.learning_rate = np.full(len(self.epochs), np.nan)
        for name in SERIES:
            setattr(self, name, np.asarray(getattr(self, name)))
        if not self.layers or not len(self.epochs):
            raise ValueError("a Recording needs at least one layer and one moment, but nothing was recorded.")
        self.info.setdefault("nonfinite_at", None)
        self._check_lengths()
        for name, groups in _WATCHED.items():
            if name not in self.info:
                self.info[name] = self._first_nonfinite(groups)

    def _first_nonfinite(self, groups) -> float | None:
        arrays = [values for group in groups for values in getattr(self, group).values()]
        found = [first_nonfinite(self.epochs, values) for values in arrays]
        return min((epoch for epoch in found if epoch is not None), default=None)

    def _check_lengths(self):
        for name, array in self._arrays().items():
            if array.shape[:1] != self.epochs.shape:
                raise ValueError(
                    f"{name} has {array.shape[0] if array.ndim else 'no'} moments, but epochs has {len(self.epochs)}."
                )

    def _arrays(self) -> dict[str, np.ndarray]:
        arrays = {name: getattr(self, name) for name in SERIES}
        for group in (*PARAMETERS, *VARIABLES, *SIGNALS, *BY_STEP):
            arrays |= {f"{group}/{key}": np.asarray(a) for key, a in getattr(self, group).items()}
        return arrays

    def frame(self) -> pd.DataFrame:
        """Every recorded quantity by layer and epoch, as a tidy DataFrame.

        Returns:
            Columns ``epoch, layer, quantity, mean, std, rms, mean_abs, l1, min, max, zeros``: ``l1`` is the
            sum of absolute values, ``zeros`` the fraction of exact zeros. Quantities are ``kernel``,
            ``bias``, ``kernel_gradient``, ``bias_gradient``, names such as ``gamma`` and ``gamma_gradient``,
            and ``backprop`` (in the column ``rms``), ``saturated`` and ``dead`` (in the column ``mean``).
            Where gradients by time step were recorded there is a column ``step`` as well, NaN in other rows, with
            the quantities ``step_gradient`` and ``cell_gradient`` (in the column ``rms``).
        """
        parts = [*self._parameter_rows(), *self._signal_rows(), *self._step_rows()]
        if self.statistics is not None:
            parts.append(self.statistics[list(COLUMNS)])
        if not parts:
            return pd.DataFrame(columns=list(COLUMNS))
        return pd.concat(parts, ignore_index=True)

    def _parameter_rows(self):
        for group in (*PARAMETERS, *VARIABLES):
            for name, values in getattr(self, group).items():
                quantity, layer = quantity_and_layer(group, name)
                yield self._rows(layer, quantity, layer_statistics(values))

    def _signal_rows(self):
        for group, column in SIGNALS.items():
            for layer, values in getattr(self, group).items():
                yield self._rows(layer, group, {column: np.asarray(values, float)})

    def _step_rows(self):
        for group, quantity in BY_STEP.items():
            for layer, values in getattr(self, group).items():
                for step, rms in enumerate(np.asarray(values, float).T):
                    yield self._rows(layer, quantity, {"rms": rms}).assign(step=step)

    def _rows(self, layer: str, quantity: str, statistics: dict[str, np.ndarray]) -> pd.DataFrame:
        rows = {"epoch": np.asarray(self.epochs, float), "layer": layer, "quantity": quantity}
        missing = np.full(len(self.epochs), np.nan)
        return pd.DataFrame(rows | {s: statistics.get(s, missing) for s in STATISTICS})

    def save(self, path: str | os.PathLike) -> Path:
        """Write everything to one ``.npz`` file (arrays and JSON, no pickle) and return its path."""
        return files.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "Recording":
        """Read what `save` wrote, by this version or an earlier one.

        Raises:
            ValueError: where the file holds something else, or was written by a later version.
        """
        return files.load(cls, path)

    def to_xarray(self) -> Any:
        """Everything as an ``xarray.Dataset`` with the dimension ``moment``. Needs xarray.

        A variable is called ``"kernels/hidden_1"``; its other dimensions are its own, but for ``step``, which the
        gradients by time step of equally long sequences share. ``attrs`` holds layers and info.

        Raises:
            ImportError: where xarray is not installed.
        """
        return files.to_xarray(self)

    def compare(self, other: "Recording") -> pd.DataFrame:
        """This recording beside an `other`, layer by layer, at the moments that both hold. See `compare`."""
        return compare(self, other)

    def __repr__(self) -> str:
        end = f", accuracy {self.accuracy[-1]:.3f}" if np.isfinite(self.accuracy[-1]) else ""
        watched = {name.partition("_")[0]: name for name in _WATCHED} | {"loss": "nonfinite_at"}
        flag = "".join(self._flag(what, name) for what, name in watched.items() if self.info[name] is not None)
        return (
            f"Recording({len(self.layers)} layers, {len(self.epochs)} moments from epoch {self.epochs[0]:g} "
            f"to {self.epochs[-1]:g}, loss {self.loss[0]:.4g} → {self.loss[-1]:.4g}{end}{flag})"
        )

    def _flag(self, what: str, name: str) -> str:
        """Since when these numbers are not finite; a loss scale too large for some steps makes gradients so."""
        again = np.isfinite(self.loss[-1]) if what == "loss" else self._ends_finite(name)
        when = (
            f"at epoch {self.info[name]:g}, and finite again at the end"
            if again
            else f"from epoch {self.info[name]:g}"
        )
        return f", {what} not finite {when}"

    def _ends_finite(self, name: str) -> bool:
        last = [values[-1] for group in _WATCHED[name] for values in getattr(self, group).values()]
        if not last and self.statistics is not None:
            rows = self.statistics[self.statistics["epoch"] == self.epochs[-1]]
            gradients = rows["quantity"].str.endswith("gradient")
            last = [rows["rms"][gradients if name.startswith("gradients") else ~gradients]]
        return all(np.isfinite(np.asarray(values, float)).all() for values in last) and bool(sum(map(np.size, last)))

    def _repr_html_(self) -> str:
        head = ("layer", "activation", "kernel", "rms kernel gradient", "rms backprop", "saturated", "dead")
        header = "".join(f'<th scope="col">{name}</th>' for name in head)
        rows = "".join(f"<tr>{''.join(self._html_cells(layer))}</tr>" for layer in self.layers)
        table = f"<table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>"
        return f"<p>{escape(repr(self))}</p>{table}"

    def _html_cells(self, layer: str):
        kernel, gradient = self.kernels.get(layer), self.kernel_gradients.get(layer)
        rms = None if gradient is None else layer_statistics(gradient[[0, -1]])["rms"]
        yield f'<th scope="row">{escape(layer)}</th>'
        yield f"<td>{escape(self.activations.get(layer, ''))}</td>"
        yield f"<td>{'' if kernel is None else ' × '.join(map(str, kernel.shape[1:]))}</td>"
        for ends in (rms, self.backprop.get(layer), self.saturated.get(layer), self.dead.get(layer)):
            yield f"<td>{'' if ends is None else f'{ends[0]:.2g} → {ends[-1]:.2g}'}</td>"
