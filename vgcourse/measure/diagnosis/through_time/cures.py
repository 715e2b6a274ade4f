"""What to try against a gradient that vanishes or explodes through time, tried out before it is recommended."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from vgcourse.measure import keras_private
from vgcourse.measure.capture.by_step import profiles_of
from vgcourse.measure.diagnosis.thresholds import EXPLODED, VANISHED


@dataclass(frozen=True)
class Cure:
    """what: a phrase that follows "Try:". left: what is then left of an error; NaN where it was not tried."""

    what: str
    left: float = float("nan")

    @property
    def helps(self) -> bool:
        return bool(VANISHED <= self.left <= EXPLODED)


def cure_for(fact, layer, call, left_now: Callable[[], float]) -> Cure:
    """The layer's weights are changed on the way: call it where they are put back.

    Args:
        fact: a `LayerTime`. call: what the layer took in. left_now: measures the layer again.
    """
    if fact.explodes:
        return _orthogonal(layer, left_now)
    # A gate that stays open for about as many steps as there are keeps 1/e of the error (chrono initialisation).
    bias = float(np.log(fact.steps))
    gate = _gate(layer.cell)
    if gate is None:
        return _lstm_instead(layer, call, bias)
    name, place, where = gate
    values = np.array(place.value)
    units = layer.cell.units
    block = slice(units, 2 * units) if isinstance(layer.cell, keras.layers.LSTMCell) else slice(0, units)
    values[..., block] = bias
    place.assign(values)
    return Cure(f"a bias of {bias:.1f}, the log of the {fact.steps} steps, at the {name} gate ({where})", left_now())


def _gate(cell):
    """(name, variable, where it stands) of the gate that keeps the state; None where there is none with a bias."""
    if getattr(cell, "bias", None) is None:
        return None
    if isinstance(cell, keras.layers.LSTMCell):
        return "forget", cell.bias, "cell.bias[units : 2 * units]"
    if isinstance(cell, keras.layers.GRUCell):
        return "update", cell.bias, "cell.bias[..., :units]"
    return None


def _lstm_instead(layer, call, bias: float) -> Cure:
    """A layer without such a gate: an LSTM in its place, on what it took in."""
    what = f"an LSTM in its place, with a bias of {bias:.1f}, the log of the steps, at its forget gate"
    if call is None:
        return Cure(what)
    lstm = keras.layers.LSTM(
        layer.cell.output_size,
        kernel_initializer=keras.initializers.GlorotUniform(seed=0),
        recurrent_initializer=keras.initializers.Orthogonal(seed=0),
        go_backwards=layer.go_backwards,
        seed=0,
        name="tried",
    )
    inputs = call.inputs[0]
    lstm.build(inputs.shape)
    units = lstm.units
    lstm.cell.bias.assign(np.r_[np.zeros(units), np.full(units, bias), np.zeros(2 * units)].astype("float32"))
    tried = profiles_of(lambda: lstm(inputs, mask=keras_private.mask(inputs)), [("tried", lstm)])
    return Cure(what, tried["tried"].left)


def _orthogonal(layer, left_now) -> Cure:
    kernel = getattr(layer.cell, "recurrent_kernel", None)
    clip = "clipnorm=1.0 in the optimizer"
    if kernel is None:
        return Cure(f"smaller recurrent weights, and {clip}, which bounds the step and not the gradient")
    kernel.assign(keras.initializers.Orthogonal(seed=0)(kernel.shape, kernel.dtype))
    cure = Cure("an orthogonal recurrent kernel, Keras's default", left_now())
    return Cure(f"{cure.what}, and meanwhile {clip}", cure.left) if cure.helps else Cure(clip)
