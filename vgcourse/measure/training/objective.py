"""Check X and y against a model, choose a loss that fits, and say what accuracy means for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure.layers import activation_name

_BINARY = (keras.losses.BinaryCrossentropy, keras.losses.BinaryFocalCrossentropy)
_SPARSE = keras.losses.SparseCategoricalCrossentropy
_CATEGORICAL = (keras.losses.CategoricalCrossentropy, keras.losses.CategoricalFocalCrossentropy)


@dataclass(frozen=True)
class Objective:
    """What is minimised and what counts as right.

    Attributes:
        losses: one Keras loss for each output, in flattened order.
        kind: "binary", "binary_logits", "sparse", "categorical", or None where accuracy is not defined.
        y: the targets as float32 or integer tensors, shaped like the outputs.
    """

    losses: tuple[Callable, ...]
    kind: str | None
    y: Any

    def loss(self, y, y_pred, weights=None) -> tf.Tensor:
        """The mean loss of a batch, each example's times its weight, summed over outputs. Scalar."""
        targets, outputs = keras.tree.flatten(y), keras.tree.flatten(y_pred)
        weighted = {} if weights is None else {"sample_weight": weights}
        triples = zip(self.losses, targets, outputs, strict=True)
        return tf.add_n([tf.cast(tf.reduce_mean(f(t, p, **weighted)), tf.float32) for f, t, p in triples])

    @property
    def takes_weights(self) -> bool:
        """Whether `loss` is a plain mean over the examples and knows weights."""
        return all(_is_keras_loss(f) and getattr(f, "reduction", None) == "sum_over_batch_size" for f in self.losses)

    def accuracy(self, y, y_pred) -> tf.Tensor:
        """The fraction of a batch that is classified right, or NaN. Scalar float32."""
        if self.kind is None:
            return tf.constant(np.nan, tf.float32)
        y, y_pred = keras.tree.flatten(y)[0], keras.tree.flatten(y_pred)[0]
        return tf.reduce_mean(tf.cast(self._right(y, y_pred), tf.float32))

    def _right(self, y, y_pred):
        if self.kind == "sparse":
            guess = tf.argmax(y_pred, -1, output_type=tf.int32)
            return guess == tf.cast(tf.reshape(y, tf.shape(guess)), tf.int32)
        if self.kind == "categorical":
            return tf.argmax(y_pred, -1) == tf.argmax(y, -1)
        threshold = 0.0 if self.kind == "binary_logits" else 0.5
        return (tf.cast(y_pred, tf.float32) > threshold) == (tf.cast(y, tf.float32) > 0.5)

    @property
    def name(self) -> str:
        return ", ".join(getattr(f, "name", getattr(f, "__name__", "loss")) for f in self.losses)

    @property
    def key(self) -> tuple:
        return (self.kind, *(_loss_key(f) for f in self.losses))


def check_inputs(model: keras.Model, X):
    """X as tensors of the dtype the model takes. Raises ValueError, naming X, where it does not fit."""
    arrays = keras.tree.map_structure(lambda a: _array("X", a), X)
    flat = keras.tree.flatten(arrays)
    if len({len(a) for a in flat}) > 1:
        raise ValueError(f"X: its inputs have {[len(a) for a in flat]} examples; give each the same number.")
    # A subclassed model does not say what it takes: it is not asked.
    for expected, array in zip(_input_shapes(model, len(flat)), flat, strict=False):
        fits = len(expected) == array.ndim and all(
            e in (None, a) for e, a in zip(expected[1:], array.shape[1:], strict=True)
        )
        if not fits:
            raise ValueError(f"X: the model takes inputs of shape {_shape(expected)}, but X has shape {array.shape}.")
    return keras.tree.map_structure(tf.constant, arrays)


def choose_objective(model: keras.Model, y, y_pred, loss=None) -> Objective:
    """The loss given, else the one the model was compiled with, else one that fits y and the output.

    Args:
        y: targets as given to `train`. y_pred: the model's output, symbolic or for a few examples.
        loss: a Keras loss, its name, or a function(y, y_pred); a list of them for several outputs.

    Raises:
        ValueError: naming `y` or `loss`, where they do not fit each other or the output.
    """
    arrays = keras.tree.map_structure(lambda a: _array("y", a), y)
    outputs, targets = keras.tree.flatten(y_pred), keras.tree.flatten(arrays)
    if loss is None and getattr(model, "compiled", False):
        loss = model.loss
    if len(outputs) > 1:
        return _several(outputs, targets, loss, arrays)
    if len(targets) > 1:
        raise ValueError(f"y: the model has one output, but y holds {len(targets)} arrays.")
    units, from_logits = outputs[0].shape[-1], not _is_probability(outputs[0])
    target = targets[0]
    loss = _guess(target, outputs[0], from_logits) if loss is None else _loss(loss)
    kind = _kind(loss, target, units)
    return Objective((loss,), kind, tf.constant(_fit(target, outputs[0], loss, kind)))


def _several(outputs, targets, loss, y) -> Objective:
    losses = keras.tree.flatten(loss)
    if len(targets) != len(outputs) or len(losses) != len(outputs) or losses[0] is None:
        raise ValueError(
            f"loss: the model has {len(outputs)} outputs; give y and loss one entry for each "
            f"(got {len(targets)} and {0 if loss is None else len(losses)})."
        )
    return Objective(tuple(_loss(f) for f in losses), None, keras.tree.map_structure(tf.constant, y))


def _array(argument: str, values) -> np.ndarray:
    """A numeric array without NaN; floats as Keras's float type."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{argument}: expected numbers, got {array.dtype} values such as {_sample(array)}.")
    if not array.ndim or not len(array):
        raise ValueError(f"{argument}: expected one entry per example, got none.")
    if array.dtype.kind == "f":
        bad = ~np.isfinite(array.reshape(len(array), -1)).all(1)
        if bad.any():
            raise ValueError(
                f"{argument}: {bad.sum()} of {len(array)} rows hold NaN or infinity, "
                f"the first is row {bad.argmax()}; drop or fill them."
            )
    return array.astype(keras.config.floatx() if array.dtype.kind in "fb" else array.dtype)


def _sample(array: np.ndarray):
    return repr(array.flat[0]) if array.size else "none"


def _input_shapes(model, given: int) -> list[tuple]:
    inputs = getattr(model, "inputs", None)
    if not inputs:
        return []
    if len(inputs) != given:
        raise ValueError(f"X: the model takes {len(inputs)} inputs, but X holds {given}.")
    return [tuple(i.shape) for i in inputs]


def _shape(expected) -> str:
    return f"({', '.join('n' if i == 0 else str(s) for i, s in enumerate(expected))})"


def _is_probability(output) -> bool:
    """Whether a model's output, symbolic or not, comes from a sigmoid or a softmax."""
    if not hasattr(output, "_keras_history"):
        return hasattr(output, "_keras_logits")  # Keras leaves these on what a sigmoid or softmax returns
    layer = output._keras_history.operation
    while isinstance(layer, keras.Model):
        layer = layer.outputs[0]._keras_history.operation
    name = "softmax" if isinstance(layer, keras.layers.Softmax) else getattr(layer, "activation", None)
    return activation_name(name) in ("sigmoid", "softmax")


def _loss(loss):
    try:
        known = keras.losses.get(loss)
    except (ValueError, TypeError):
        known = None
    if not callable(known):
        raise ValueError(
            f"loss: Keras knows no loss {loss!r}. Give a name such as 'binary_crossentropy', a Keras loss, "
            "or a function of y and y_pred."
        )
    # 'binary_crossentropy' is a function of one example; the class takes the mean and fits the shapes.
    name = "".join(part.title() for part in getattr(known, "__name__", "").split("_"))
    by_class = getattr(keras.losses, name, None)
    return by_class() if isinstance(loss, str) and isinstance(by_class, type) else known


def _guess(y: np.ndarray, output, from_logits: bool):
    units = output.shape[-1]
    if units == 1 and set(np.unique(y)) <= {0, 1}:
        return keras.losses.BinaryCrossentropy(from_logits=from_logits)
    if units > 1 and y.shape == (len(y), units):
        one_hot = np.allclose(y.sum(-1), 1) and (y >= 0).all()
        if one_hot or not from_logits:
            return keras.losses.CategoricalCrossentropy(from_logits=from_logits)
    if units > 1 and y.size == len(y) * int(np.prod(output.shape[1:-1])) and y.dtype.kind in "iu":
        return keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    if from_logits and y.size == len(y) * int(np.prod(output.shape[1:])) and y.dtype.kind == "f":
        return keras.losses.MeanSquaredError()
    raise ValueError(
        f"y: no loss fits targets of shape {y.shape} ({y.dtype}, {y.min():g} to {y.max():g}) and an output of "
        f"{units} unit{'s' * (units > 1)}: use 0 and 1 for one unit, integers 0 to {max(units - 1, 1)} or "
        "one-hot rows for several, or pass loss=..."
    )


def _kind(loss, y: np.ndarray, units: int) -> str | None:
    if isinstance(loss, _SPARSE):
        return "sparse"
    if isinstance(loss, _CATEGORICAL):
        return "categorical"
    if isinstance(loss, _BINARY):
        return "binary_logits" if getattr(loss, "from_logits", False) else "binary"
    # Another loss, say squared error on labels: right is what lies on the label's side of 0.5.
    return "binary" if units == 1 and set(np.unique(y)) <= {0, 1} else None


def _fit(y: np.ndarray, output, loss, kind: str | None) -> np.ndarray:
    """y in the shape and dtype its loss takes; ValueError where labels are of the wrong kind."""
    units = output.shape[-1]
    if kind == "sparse":
        if (y != np.round(y)).any() or y.min() < 0 or y.max() >= units:
            raise ValueError(
                f"y: {_name(loss)} takes whole numbers from 0 to {units - 1}, got {y.min():g} to {y.max():g}."
            )
        return y.astype(np.int32)
    y = y.astype(keras.config.floatx())
    if kind is not None and isinstance(loss, _BINARY + _CATEGORICAL) and (y.min() < 0 or y.max() > 1):
        raise ValueError(f"y: {_name(loss)} takes targets in [0, 1], got {y.min():g} to {y.max():g}.")
    shape = (len(y), *output.shape[1:])
    if y.size != np.prod(shape):
        raise ValueError(f"y: the output has shape {_shape(shape)}, but y has shape {y.shape}.")
    return y.reshape(shape)


def _name(loss) -> str:
    return type(loss).__name__ if isinstance(loss, keras.losses.Loss) else getattr(loss, "__name__", "loss")


def _loss_key(loss):
    if _is_keras_loss(loss):
        return type(loss).__name__, repr(sorted(loss.get_config().items(), key=str))
    return id(loss)


def _is_keras_loss(loss) -> bool:
    return isinstance(loss, keras.losses.Loss) and type(loss).__module__.startswith("keras.")
