"""What to try against a gradient that vanishes or explodes through time, tried out before it is recommended."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from vgcourse.measure import keras_private
from vgcourse.measure.capture.by_step import profiles_of
from vgcourse.measure.diagnosis.facts.arrays import as_array
from vgcourse.measure.diagnosis.thresholds import EXPLODED, VANISHED


@dataclass(frozen=True)
class Cure:
    """what: a phrase that follows "Try:". left: what is then left of an error; NaN where it was not tried."""

    what: str
    left: float = float("nan")

    @property
    def helps(self) -> bool:
        """Whether what is left of the gradient is neither vanished nor exploded."""
        return bool(VANISHED <= self.left <= EXPLODED)


def cure_for(fact, layer, call, left_now: Callable[[], float]) -> Cure:
    """The layer's weights are changed on the way: call it where they are put back.

    Args:
        fact: a `LayerTime`. call: what the layer took in. left_now: measures the layer again.
    """
    if fact.explodes:
        return _smaller(layer, fact.factor, left_now)
    # A gate that stays open for about as many steps as there are (chrono initialisation, Tallec & Ollivier 2018).
    bias = float(np.log(fact.steps))
    gate = _gate(layer.cell)
    if gate is None:
        return _lstm_instead(layer, call, bias)
    variable, values = gate
    variable.assign(values(bias))
    what = f"a bias of {bias:.1f}, the log of the {fact.steps} steps, at the {_where(layer.cell)}"
    return Cure(what, left_now())


def _gate(cell):
    """(bias, its values for the size of a gate's bias); None where no gate with a bias keeps the state."""
    if getattr(cell, "bias", None) is None:
        return None
    if isinstance(cell, keras.layers.LSTMCell):
        return cell.bias, lambda size: _open_lstm(cell, size)
    if isinstance(cell, keras.layers.GRUCell):
        return cell.bias, lambda size: _open_gru(cell, size)
    return None


def _where(cell) -> str:
    if isinstance(cell, keras.layers.LSTMCell):
        return "forget gate and its negative at the input gate (cell.bias[units : 2 * units], cell.bias[:units])"
    return "update gate (cell.bias[0, :units])" if len(cell.bias.shape) == 2 else "update gate (cell.bias[:units])"


def _open_lstm(cell, size: float) -> np.ndarray:
    """Keras's order of the gates: input, forget, new, output."""
    values, units = as_array(cell.bias), cell.units
    values[:units], values[units : 2 * units] = -size, size
    return values


def _open_gru(cell, size: float) -> np.ndarray:
    """The update gate stands first; of two rows of biases, which are added, one is enough."""
    values = as_array(cell.bias)
    values[0 if values.ndim == 2 else slice(None)][: cell.units] = size
    return values


def _lstm_instead(layer, call, bias: float) -> Cure:
    """A layer without such a gate: an LSTM in its place, on what it took in."""
    what = (
        f"an LSTM in its place, with a bias of {bias:.1f}, the log of the steps, at its forget gate and its negative "
        "at the input gate"
    )
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
    lstm.cell.bias.assign(_open_lstm(lstm.cell, bias))
    tried = profiles_of(lambda: lstm(inputs, mask=keras_private.mask(inputs)), [("tried", lstm)])
    return Cure(what, tried["tried"].left)


def _smaller(layer, factor: float, left_now) -> Cure:
    """Keras's own recurrent kernel, or the present one, smaller by as much as it makes an error grow in a step."""
    kernel = getattr(layer.cell, "recurrent_kernel", None)
    clip = "global_clipnorm=1.0 in the optimizer"
    if kernel is None:
        return Cure(f"smaller recurrent weights, and {clip}, which bounds the step and not the gradient")
    before = as_array(kernel)
    kernel.assign(keras.initializers.Orthogonal(seed=0)(kernel.shape, kernel.dtype))
    cure = Cure(f"an orthogonal recurrent kernel, Keras's default, and meanwhile {clip}", left_now())
    if not cure.helps and factor > 1:
        kernel.assign(before / factor)
        cure = Cure(f"a recurrent kernel {factor:.2g} times smaller, and meanwhile {clip}", left_now())
    return cure if cure.helps else Cure(clip)
