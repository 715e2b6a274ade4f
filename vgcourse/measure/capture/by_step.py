"""How far a gradient gets through time: the gradient at every step of every recurrent layer."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from vgcourse.measure.capture.time_probe import CELL, HIDDEN, is_recurrent, probed_call, rms_by_step
from vgcourse.measure.layers import walk, weighted_layers
from vgcourse.measure.objective import choose_objective
from vgcourse.measure.replaced import replaced
from vgcourse.measure.statistics import EXPLODED, VANISHED, rms

_TRANSIENT = 10  # steps next to the error, in which the gradient has not found its pace
_SMALLEST = 1e-36  # below it a float32 loses its digits


@dataclass(frozen=True)
class StepProfile:
    """One recurrent layer. Every array is (steps,), the first element for the first step of the sequence.

    Attributes:
        layer: its name. backwards: whether it reads the sequence from its end.
        carried: rms over examples and units of the gradient at the output h_t, for an error of rms 1 put on the
            output of the last step that it takes: what time alone does, whatever the loss.
        carried_cell: the same at an LSTM's cell state c_t; None for other cells.
        arrived, arrived_cell: rms of dL_i/dh_t and dL_i/dc_t, L_i the loss of one example; None without y.
    """

    layer: str
    backwards: bool
    carried: np.ndarray
    carried_cell: np.ndarray | None = None
    arrived: np.ndarray | None = None
    arrived_cell: np.ndarray | None = None

    @property
    def steps(self) -> int:
        """How many steps the measurement covers: those at which not every example is masked."""
        return len(self._measured())

    @property
    def left(self) -> float:
        """The share of the gradient at the last step that is left at the first; NaN for a single step."""
        values = self._measured()
        return float(values[0] / values[-1]) if len(values) > 1 and values[-1] > 0 else float("nan")

    @property
    def factor(self) -> float:
        """By what the gradient changes a step: the geometric mean, without the last steps (a quarter, at most 10).

        NaN where fewer than three steps can be compared. Measured as far back as float32 holds digits.
        """
        values = self._measured()
        last = len(values) - 1 - min(_TRANSIENT, len(values) // 4)
        held = np.flatnonzero(values[: last + 1] > _SMALLEST) if last > 0 else []
        if len(held) < 2 or held[0] == last or values[last] <= _SMALLEST:
            return float("nan")
        return float((values[held[0]] / values[last]) ** (1 / (last - held[0])))

    @property
    def heard(self) -> float:
        """What arrives of the loss at the first step over what arrives at the loudest; NaN where nothing does."""
        values = self._in_order(self.arrived if self.arrived_cell is None else self.arrived_cell)
        loudest = values.max(initial=0.0)
        return float(values[0] / loudest) if loudest > 0 else float("nan")

    def steps_above(self, share: float) -> int | None:
        """How many steps back an error at the last step stays above a share of itself; None if all the way."""
        back = self._measured()[::-1]
        below = np.flatnonzero(back < share * back[0]) if len(back) else []
        return int(below[0]) if len(below) else None

    @property
    def kind(self) -> str:
        """ "vanishes", "weakens", "holds" (within a factor of two), "grows", "explodes"; "unknown" where there is
        nothing to compare."""
        if not np.isfinite(self.left):
            return "unknown"
        for bound, word in ((VANISHED, "vanishes"), (0.5, "weakens"), (2.0, "holds"), (EXPLODED, "grows")):
            if self.left < bound:
                return word
        return "explodes"

    def __str__(self) -> str:
        if self.kind == "unknown":
            return f"{self.layer}: how the gradient fares through time was not measured: it takes too few steps."
        pace = "" if np.isnan(self.factor) else f": {self.factor:.2g} a step"
        rest = "nothing is left" if self._nothing_left() else f"{self.left:.2g} of it is left"
        end = rest if self.left < 1 else f"it is {self.left:.2g} times what it was"
        return f"{self.layer}: the gradient {self.kind} through time{pace}, {self.steps - 1} steps back {end}."

    def _nothing_left(self) -> bool:
        return bool(self._measured()[0] <= _SMALLEST)

    def _measured(self) -> np.ndarray:
        """In the order in which the steps are taken, at the cell state where there is one."""
        return self._in_order(self.carried if self.carried_cell is None else self.carried_cell)

    def _in_order(self, values: np.ndarray | None) -> np.ndarray:
        if values is None:
            return np.empty(0)
        values = values[::-1] if self.backwards else values
        return values[np.isfinite(values)]


@dataclass(frozen=True)
class StepGradients:
    """Layer name -> `StepProfile`, in the order in which the model calls its recurrent layers."""

    profiles: dict[str, StepProfile]

    def __getitem__(self, layer: str) -> StepProfile:
        return self.profiles[layer]

    def __iter__(self) -> Iterator[str]:
        return iter(self.profiles)

    def frame(self) -> pd.DataFrame:
        """Columns ``layer, step, quantity, rms``: step counts from 0, the first of the sequence."""
        rows = [
            pd.DataFrame({"layer": p.layer, "step": np.arange(len(values)), "quantity": name, "rms": values})
            for p in self.profiles.values()
            for name in ("carried", "carried_cell", "arrived", "arrived_cell")
            if (values := getattr(p, name)) is not None
        ]
        return pd.concat(rows, ignore_index=True)

    def __str__(self) -> str:
        return "\n".join(map(str, self.profiles.values()))

    __repr__ = __str__


def gradient_by_step(
    model: keras.Model, x: Any, y: Any = None, loss: str | keras.losses.Loss | Callable | None = None, seed: int = 0
) -> StepGradients:
    """The gradient at every time step of every recurrent layer, as the weights are now. Nothing is trained.

    >>> print(vg.gradient_by_step(model, X[:32]))
    lstm: the gradient vanishes through time: 0.84 a step, 49 steps back 0.00013 of it is left.

    Two things are measured. ``carried``: an error of rms 1 is put on the layer's last output and carried back
    through its own steps, so that the answer depends on the layer and its input alone. ``arrived``, with y: the
    gradient of the loss, which for a loss at every step is new at every step and hides what time does.

    Args:
        model: a built Keras model with recurrent layers: SimpleRNN, LSTM, GRU, RNN with a cell of one's own or
            several stacked, in Bidirectional, masked or not. It is called with ``training=False``.
        x: input, (batch, steps, features) or what the model takes.
        y: targets; without them ``arrived`` is None.
        loss: as for `train`.
        seed: of the error that is put in.

    Raises:
        TypeError: ``model`` is not a Keras model.
        ValueError: where the model has no recurrent layer that can be measured.
    """
    weighted_layers(model)
    layers = recurrent_layers(model)
    if not layers:
        raise ValueError(f"model: {model.name!r} has no recurrent layer whose steps could be measured.")
    x = keras.tree.map_structure(tf.convert_to_tensor, x)
    summed = None if y is None else lambda output: _summed_loss(model, x, y, output, loss)
    profiles = profiles_of(lambda: model(x, training=False), layers, summed, seed)
    if not profiles:
        raise ValueError(f"model: no recurrent layer of {model.name!r} was called on a sequence of vectors.")
    return StepGradients(profiles)


def recurrent_layers(model) -> list[tuple[str, keras.layers.RNN]]:
    """(name, layer) of every layer of a model whose steps can be heard."""
    return [(name, layer) for name, layer, _ in walk(model) if is_recurrent(layer)]


def profiles_of(run, layers, summed_loss=None, seed: int = 0) -> dict[str, StepProfile]:
    """What `gradient_by_step` gives, of some layers: those that were called on a sequence of vectors.

    Args:
        run: calls them and gives an output. layers: (name, layer) pairs.
        summed_loss: a function of that output: the loss, summed over the examples.
    """
    calls: dict[str, _Call] = {}
    with tf.GradientTape(persistent=True) as tape:
        with ExitStack() as stack:
            for name, layer in layers:
                stack.enter_context(replaced(layer, "call", _heard(name, layer, tape, calls)))
            output = run()
        total = None if summed_loss is None else summed_loss(output)
    random = np.random.default_rng(seed)
    return {n: _profile(n, call, tape, total, random) for n, call in calls.items() if call.probes}


class _Call:
    """The last call of a recurrent layer: its probes, its mask, and the output of the last step it takes."""

    def __init__(self, backwards: bool):
        self.backwards, self.probes, self.mask, self.last = backwards, {}, None, None


def _heard(name: str, layer, tape, calls: dict):
    def hear(group, probe, mask):
        tape.watch(probe)
        calls[name].probes[group], calls[name].mask = probe, mask
        return probe

    probed = probed_call(layer, hear)

    def call(*args, **kwargs):
        calls[name] = _Call(bool(layer.go_backwards))
        result = probed(*args, **kwargs)
        output = keras.tree.flatten(result)[0]
        calls[name].last = output[:, -1] if layer.return_sequences else output
        return result

    return call


def _summed_loss(model, x, y, output, loss):
    """The sum over the examples of the loss of each, whose gradient at an example is that example's own."""
    objective = choose_objective(model, y, output, loss)
    return objective.loss(objective.y, output) * tf.cast(tf.shape(keras.tree.flatten(x)[0])[0], tf.float32)


def _profile(name: str, call: _Call, tape, total, random) -> StepProfile:
    error = random.normal(size=call.last.shape)
    error = tf.constant(error / rms(error), call.last.dtype)
    groups = list(call.probes)
    carried = tape.gradient(call.last, list(call.probes.values()), output_gradients=error)
    arrived = [None] * len(groups) if total is None else tape.gradient(total, list(call.probes.values()))
    sizes = {
        prefix + group: None if g is None else rms_by_step(g, call.mask).numpy()
        for prefix, found in (("carried", carried), ("arrived", arrived))
        for group, g in zip(groups, found, strict=True)
    }
    return StepProfile(
        name,
        call.backwards,
        carried=sizes["carried" + HIDDEN],
        carried_cell=sizes.get("carried" + CELL),
        arrived=sizes["arrived" + HIDDEN],
        arrived_cell=sizes.get("arrived" + CELL),
    )
