"""The optimizer's next step, taken on copies of the weights: the model's own are never touched."""

import keras
import numpy as np

from vgcourse.measure import keras_private
from vgcourse.measure.diagnosis.facts.arrays import as_array, as_float64, over_glorot
from vgcourse.measure.diagnosis.thresholds import NEXT_TO_0
from vgcourse.measure.layers import inner_optimizer
from vgcourse.measure.statistics import rms


class NoTwin(Exception):
    """This optimizer cannot be made a second time; the text says why."""


class Twin:
    """A second optimizer of the same state and settings (but those named), and copies of the variables it updates.

    ``fresh``: without the state, for steps on other data: what momentum remembers of the old leads astray there.
    """

    def __init__(self, optimizer, variables, slower: float = 1.0, settings: dict | None = None, fresh: bool = False):
        inner = inner_optimizer(optimizer)
        self.variables = list(variables)
        known = keras_private.optimizer_variables(inner) if inner.built else []
        resumes = {id(v) for v in self.variables} <= {id(v) for v in known} and not fresh
        # Slots belong to variables by their place: the copies stand in the order in which the optimizer knows them.
        known = known if resumes else self.variables
        self._copies = {id(v): _copy(v) for v in known}
        self._optimizer = _second(inner, slower, settings or {})
        self._optimizer.build(list(self._copies.values()))
        if resumes:
            _copy_slots(inner, self._optimizer)

    def step(self, gradients: dict) -> None:
        """Update the copies; gradients: id of a variable -> tensor."""
        pairs = [(gradients[i], copy) for i, copy in self._copies.items() if gradients.get(i) is not None]
        if pairs:
            self._optimizer.apply([g for g, _ in pairs], [v for _, v in pairs])

    def copy_of(self, variable):
        """The twin's copy of one of the model's variables."""
        return self._copies[id(variable)]

    def ratios(self) -> dict[int, float]:
        """id of a variable -> rms(change so far) / rms(weights)."""
        return {id(v): _ratio(self._change(v), as_float64(v)) for v in self.variables}

    def sizes(self) -> dict[int, float]:
        """As `ratios`; of a kernel at 0, or next to it, beside the size that Glorot's initializer gives it."""
        near = [v for v in self.variables if len(v.shape) > 1 and over_glorot(as_float64(v)) < NEXT_TO_0]
        return self.ratios() | {id(v): over_glorot(self._change(v)) for v in near}

    def _change(self, variable) -> np.ndarray:
        return as_float64(self._copies[id(variable)]) - as_float64(variable)


def _copy(variable):
    """Of the same value, and held by the same constraint after every step."""
    copy = keras.Variable(as_array(variable), dtype=variable.dtype, name=variable.name)
    copy.constraint = getattr(variable, "constraint", None)
    return copy


def _second(inner, slower: float, settings: dict):
    try:
        config = inner.get_config() | {"gradient_accumulation_steps": None} | settings
        if slower != 1.0:
            config["learning_rate"] = float(keras.ops.convert_to_numpy(inner.learning_rate)) * slower
        return type(inner).from_config(config)
    except Exception as error:  # whatever one's own class raises
        told = str(error).strip().splitlines() or [type(error).__name__]
        raise NoTwin(f"{type(inner).__name__} cannot be made a second time ({told[0][:100]})") from error


def _copy_slots(optimizer, twin) -> None:
    """Give twin, built on like variables, the state of an optimizer that may accumulate gradients besides."""
    sums = {id(v) for v in keras_private.accumulated_gradients(optimizer)}
    slots = [v for v in optimizer.variables if id(v) not in sums and v is not optimizer.learning_rate]
    own = [v for v in twin.variables if v is not twin.learning_rate]
    if [v.shape for v in slots] == [v.shape for v in own]:
        for mine, theirs in zip(own, slots, strict=True):
            mine.assign(theirs.value)
        # The variable counts batches, the optimizer's formulas the updates made of them.
        keras_private.set_iterations(twin, optimizer.iterations)


def _ratio(change: np.ndarray, weights: np.ndarray) -> float:
    size = rms(weights)
    return rms(change) / size if size else np.inf if change.any() else np.nan
