"""Whether all that comes back to the model's inputs passes one activation, or roads lead around it."""

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure.diagnosis.facts.arrays import as_float64
from vgcourse.measure.diagnosis.facts.measure import (
    answer,
    computes_in_half,
    left_as_it_was,
    scaled_gradients,
)
from vgcourse.measure.layers import tap_outputs, walk


def on_every_road(model, x, y, run) -> set[str]:
    """The layers with an activation that makes a number of several, as softmax does, and no road around it.

    Found by numbers: what comes to the inputs (or to vectors of tokens) by way of this activation is all that comes.
    Gates and the weights of a mean stand beside a road.
    """
    if not run.taps.across:
        return set()
    x = keras.tree.map_structure(tf.convert_to_tensor, x)
    starts = [a for a in keras.tree.flatten(x) if a.dtype.is_floating]
    with left_as_it_was(model), tf.GradientTape(persistent=True) as tape, tap_outputs(model) as taps:
        tape.watch(starts)
        loss = tf.cast(run.used.compute(x, y, answer(model, x))[0], tf.float32)
    tables = [name for name, layer, _ in walk(model) if isinstance(layer, keras.layers.Embedding)]
    starts += [tensor for name in tables for tensor in taps.outputs.get(name, [])]
    given = {name: [h for _, _, h in calls] for name, calls in taps.across.items()}
    heard, _ = scaled_gradients(tape, loss, {"given": given, "starts": starts}, computes_in_half(model))
    whole = heard["starts"]
    if all(g is None for g in whole):
        return set()
    return {name for name, hs in given.items() if _is_all(tape, hs, heard["given"][name], starts, whole)}


def _is_all(tape, given, heard, starts, whole) -> bool:
    if any(g is None for g in heard):
        return False
    parts = tape.gradient(given, starts, output_gradients=heard)
    return all(_near(part, all_of_it) for part, all_of_it in zip(parts, whole, strict=True))


def _near(part, whole) -> bool:
    if part is None or whole is None:
        return part is None and whole is None
    part, whole = as_float64(part), as_float64(whole)
    return bool(np.linalg.norm(part - whole) <= 0.05 * np.linalg.norm(whole))
