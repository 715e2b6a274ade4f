"""Check X against what a model takes."""

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure.arguments import first_reason, is_text
from vgcourse.measure.layers import takes_text
from vgcourse.measure.objective import numeric_array, shape_in_words


def check_inputs(model: keras.Model, X):
    """X as tensors of the dtype the model takes. Raises ValueError, naming X, where it does not fit."""
    text = takes_text(model)
    arrays = keras.tree.map_structure(lambda a: _array(a, text), X)
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
    tensors = keras.tree.map_structure(tf.constant, arrays)
    if not tf.is_tensor(tensors):
        _check_structure(model, tensors)
    return tensors


def _check_structure(model, tensors) -> None:
    """Raises ValueError where the model takes one array and not a dict of it, other names, or another order."""
    try:
        model(keras.tree.map_structure(lambda t: t[:1], tensors), training=False)
    except NotImplementedError:
        return  # a model without call(): another check says so
    except (ValueError, TypeError, KeyError, tf.errors.InvalidArgumentError) as error:
        raise ValueError(f"X: the model does not take inputs in this structure: {first_reason(error)}") from error


def _array(values, text: bool) -> np.ndarray:
    array = np.asarray(values) if text else np.empty(0)
    return array if array.size and is_text(array) else numeric_array("X", values)


def _input_shapes(model, given: int) -> list[tuple]:
    inputs = getattr(model, "inputs", None)
    if not inputs:
        return []
    if len(inputs) != given:
        raise ValueError(f"X: the model takes {len(inputs)} inputs, but X holds {given}.")
    return [tuple(i.shape) for i in inputs]
