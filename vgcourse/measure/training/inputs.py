"""Check X against what a model takes."""

import keras
import tensorflow as tf

from vgcourse.measure.objective import numeric_array, shape_in_words


def check_inputs(model: keras.Model, X):
    """X as tensors of the dtype the model takes. Raises ValueError, naming X, where it does not fit."""
    arrays = keras.tree.map_structure(lambda a: numeric_array("X", a), X)
    flat = keras.tree.flatten(arrays)
    if len({len(a) for a in flat}) > 1:
        raise ValueError(f"X: its inputs have {[len(a) for a in flat]} examples; give each the same number.")
    # A subclassed model does not say what it takes: it is not asked.
    for expected, array in zip(_input_shapes(model, len(flat)), flat, strict=False):
        fits = len(expected) == array.ndim and all(
            e in (None, a) for e, a in zip(expected[1:], array.shape[1:], strict=True)
        )
        if not fits:
            raise ValueError(
                f"X: the model takes inputs of shape {shape_in_words(expected)}, but X has shape {array.shape}."
            )
    return keras.tree.map_structure(tf.constant, arrays)


def _input_shapes(model, given: int) -> list[tuple]:
    inputs = getattr(model, "inputs", None)
    if not inputs:
        return []
    if len(inputs) != given:
        raise ValueError(f"X: the model takes {len(inputs)} inputs, but X holds {given}.")
    return [tuple(i.shape) for i in inputs]
