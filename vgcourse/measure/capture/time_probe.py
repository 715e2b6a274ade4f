"""Hear the gradient at every time step of a recurrent layer, on the way back through its loop.

The loop's own tensors mean nothing outside of it. So a probe of zeros, (batch, steps, units), is laid beside the
layer's input, and at step t its slice is added to what the cell gives: h_t + 0. The gradient that arrives at the
probe is dL/dh_t, along every road: the output of step t, and all later steps. Nothing else changes, not a bit.
"""

from collections.abc import Callable
from contextlib import ExitStack

import keras
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.replaced import replaced

HIDDEN, CELL = "step_gradients", "cell_gradients"


def is_recurrent(layer) -> bool:
    """Whether it runs one cell step after step and can be probed."""
    return isinstance(layer, keras.layers.RNN) and isinstance(getattr(layer.cell, "output_size", None), int)


def has_cell_state(layer) -> bool:
    """Whether there is a cell state beside the output, which is measured at an LSTM's c."""
    return isinstance(layer.cell, keras.layers.LSTMCell)


def probed_call(layer, hear: Callable) -> Callable:
    """A function to stand for ``layer.call``.

    ``hear(group, probe, mask)`` is called with the probe of each group before the loop and gives back what is laid
    beside the input: the probe itself, or an identity that reports its gradient. group is `HIDDEN` or `CELL`; the
    mask is (batch, steps), in the order in which the steps are taken, or None.
    """
    original = layer.call

    def call(sequences, initial_state=None, mask=None, training=False):
        flat = keras.tree.flatten(sequences)
        if len(flat) != 1 or sequences.shape.rank != 3:
            return original(sequences, initial_state=initial_state, mask=mask, training=training)
        groups = (HIDDEN, CELL) if has_cell_state(layer) else (HIDDEN,)
        units = layer.cell.output_size
        probes = [_zeros(layer, sequences, units) for _ in groups]
        ordered = _first_mask(mask)
        # Reversed by the layer itself, if at all: the probe goes the same way, and so its gradient comes back.
        heard = [hear(group, probe, ordered) for group, probe in zip(groups, probes, strict=True)]
        beside = tf.concat([sequences, *heard], -1)
        with _split_off(layer, sequences.shape[-1], units):
            return original(beside, initial_state=initial_state, mask=mask, training=training)

    return call


def _zeros(layer, sequences, units: int):
    shape = tf.shape(sequences)
    zeros = tf.zeros([shape[0], shape[1], units], sequences.dtype)
    zeros.set_shape([sequences.shape[0], sequences.shape[1], units])
    return zeros


def _first_mask(mask):
    flat = [m for m in keras.tree.flatten(mask) if m is not None]
    return flat[0] if flat else None


def _split_off(layer, features: int, units: int) -> ExitStack:
    """Inside it the layer's cell takes the probe's slice off its input, and adds it to what it gives."""
    stack, cell = ExitStack(), layer.cell
    cell_call, carried = cell.call, {}

    def activation(function):
        def tapped(z):
            carried["calls"] = carried.get("calls", 0) + 1
            if carried["calls"] == 2:  # an LSTM's second activation is that of its new state c
                carried["c"] = z
                carried["probed"] = z = z + carried["probe"]
            return function(z)

        return tapped

    def call(inputs, *args, **kwargs):
        carried.clear()
        carried["probe"] = inputs[..., features + units :]
        output, states = cell_call(inputs[..., :features], *args, **kwargs)
        swapped = {id(output): output + inputs[..., features : features + units]}
        if "c" in carried:
            swapped[id(carried["c"])] = carried["probed"]
        new = keras.tree.map_structure(lambda s: swapped.get(id(s), s), states)
        return swapped[id(output)], new

    stack.enter_context(replaced(cell, "call", call))
    if has_cell_state(layer):
        stack.enter_context(replaced(cell, "activation", activation(cell.activation)))
    if hasattr(layer, "use_cudnn"):
        stack.enter_context(replaced(layer, "use_cudnn", False))  # it would not ask the cell
    name = keras_private.prepares_dropout(layer)
    if (prepare := getattr(layer, name, None)) is not None:
        stack.enter_context(replaced(layer, name, lambda c, step, state: prepare(c, step[..., :features], state)))
    return stack


def rms_by_step(gradient, mask=None) -> tf.Tensor:
    """(batch, steps, units) -> (steps,) float64: the root mean square over units and the examples not masked.

    NaN at a step at which every example is masked.
    """
    square = tf.reduce_mean(tf.square(tf.cast(gradient, tf.float64)), -1)
    if mask is None:
        return tf.sqrt(tf.reduce_mean(square, 0))
    counts = tf.reduce_sum(tf.cast(mask, tf.float64), 0)
    return tf.sqrt(tf.reduce_sum(square * tf.cast(mask, tf.float64), 0) / counts)
