"""What is minimised: a loss that fits the model's output and the labels, and what accuracy means for it.

`vg.train` and `vg.diagnose` ask here both, so that they never disagree. The output's structure is asked first
(its activation, its units), then the labels' shape, their values last.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.arguments import as_numbers, no_gaps
from vgcourse.measure.heads import BOUNDED, output_activation

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
        """The names of the losses, for sentences."""
        return ", ".join(getattr(f, "name", getattr(f, "__name__", "loss")) for f in self.losses)

    @property
    def key(self) -> tuple:
        """What tells this objective from others, for caches of compiled functions."""
        return (self.kind, *(_loss_key(f) for f in self.losses))


def choose_objective(model: keras.Model, y, y_pred, loss=None, x=None) -> Objective:
    """The loss given, else the one the model was compiled with, else one that fits y and the output.

    Args:
        y: all the targets as given to `train`, not a batch of them: three labels a row that happen to be
            one-hot in one batch need not be so in all.
        y_pred: the model's output, symbolic or for a few examples.
        loss: a Keras loss, its name, or a function(y, y_pred); a list of them for several outputs.
        x: an input batch, for a model of one's own class.

    Raises:
        ValueError: naming `y` or `loss`, where they do not fit each other or the output.
    """
    arrays = keras.tree.map_structure(lambda a: numeric_array("y", a), y)
    outputs, targets = keras.tree.flatten(y_pred), keras.tree.flatten(arrays)
    if loss is None and getattr(model, "compiled", False):
        loss = model.loss
    if len(outputs) > 1:
        return _several(model, outputs, targets, loss, arrays)
    if len(targets) > 1:
        raise ValueError(f"y: the model has one output, but y holds {len(targets)} arrays.")
    target, output = targets[0], outputs[0]
    loss = guess(target, output, output_activation(output, model, x)) if loss is None else keras_loss(loss)
    kind = _kind(loss, target, _units(output))
    return Objective((loss,), kind, tf.constant(fit_targets(target, output, loss)))


def guess(y: np.ndarray, output, head: str) -> keras.losses.Loss:
    """The loss that targets y and an output of this activation suggest.

    Args:
        y: all targets. output: anything with the output's shape. head: what `heads.output_activation` says.

    Raises:
        ValueError: where none does.
    """
    units, logits = _units(output), head not in ("sigmoid", "softmax")
    rows = int(np.prod(output.shape[1:-1])) if len(output.shape) > 1 else 1
    like_output = y.size == len(y) * rows * units
    if units > 1 and not like_output and y.size == len(y) * rows and (y == np.round(y)).all() and head != "sigmoid":
        return keras.losses.SparseCategoricalCrossentropy(from_logits=logits)
    if like_output and head in BOUNDED:
        return keras.losses.MeanSquaredError()
    if like_output and units > 1 and head != "sigmoid" and _distributions(y.reshape(-1, units)):
        return keras.losses.CategoricalCrossentropy(from_logits=logits)
    if like_output and (units == 1 or head != "softmax") and _shares(y, only_whole=head != "sigmoid"):
        return keras.losses.BinaryCrossentropy(from_logits=logits)
    if like_output and logits:
        return keras.losses.MeanSquaredError()
    raise ValueError(_no_loss(y, output, head))


def _no_loss(y: np.ndarray, output, head: str) -> str:
    units = _units(output)
    wanted = {
        "sigmoid": "one target between 0 and 1 for each unit",
        "softmax": f"whole numbers from 0 to {units - 1} or rows that sum to 1",
    }.get(head, "one number for each unit, or whole numbers for a class each")
    return (
        f"y: no loss fits targets of shape {y.shape} ({y.dtype}, {y.min():g} to {y.max():g}) and an output of "
        f"shape {shape_in_words(output.shape)} after {head}: give {wanted}, or pass loss=..."
    )


def _distributions(rows: np.ndarray) -> bool:
    return bool((rows >= 0).all() and np.allclose(rows.sum(-1), 1, atol=1e-4))


def _shares(y: np.ndarray, only_whole: bool) -> bool:
    return bool(((y == 0) | (y == 1)).all() if only_whole else ((y >= 0) & (y <= 1)).all())


def _units(output) -> int:
    return output.shape[-1] if len(output.shape) > 1 else 1


def _several(model, outputs, targets, loss, y) -> Objective:
    if isinstance(loss, list | tuple) and isinstance(getattr(model, "output", None), dict):
        raise ValueError(f"loss: the outputs have names; give a dict with {', '.join(map(repr, model.output))}.")
    losses = in_order(model, loss, len(outputs))
    if len(targets) != len(outputs) or len(losses) != len(outputs) or losses[0] is None:
        raise ValueError(
            f"loss: the model has {len(outputs)} outputs; give y and loss one entry for each "
            f"(got {len(targets)} and {0 if loss is None else len(losses)})."
        )
    return Objective(tuple(keras_loss(f) for f in losses), None, keras.tree.map_structure(tf.constant, y))


def in_order(model, named, count: int) -> list:
    """Losses or targets in the order of the outputs, which a dict names and one loss for all repeats."""
    found = keras.tree.flatten(named)
    names = list(getattr(model, "output_names", None) or ())
    if isinstance(named, dict) and isinstance(getattr(model, "output", None), list) and set(named) <= set(names):
        return [named.get(name) for name in names]
    alone = not isinstance(named, dict | list | tuple)
    return found * count if alone and count > 1 else found


def numeric_array(argument: str, values) -> np.ndarray:
    """A numeric array without NaN; floats as Keras's float type."""
    if isinstance(values, tf.data.Dataset | keras.utils.PyDataset) or hasattr(values, "__next__"):
        raise ValueError(
            f"{argument}: expected whole arrays, got {type(values).__name__}; model.fit with vg.GradientCapture "
            "records what comes in batches."
        )
    array = as_numbers(np.asarray(values))
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{argument}: expected numbers, got {array.dtype} values such as {_sample(array)}.")
    if not array.ndim or not len(array):
        raise ValueError(f"{argument}: expected one entry per example, got none.")
    if array.dtype.kind == "f":
        no_gaps(argument, array)
    return array.astype(keras.config.floatx() if array.dtype.kind in "fb" else array.dtype)


def _sample(array: np.ndarray):
    first = array.flat[0] if array.size else None
    return repr(first.item() if isinstance(first, np.generic) else first) if array.size else "none"


def shape_in_words(expected) -> str:
    """A shape whose first axis is the batch."""
    return f"({', '.join('n' if i == 0 else str(s) for i, s in enumerate(expected))})"


def keras_loss(loss):
    """The Keras loss or function that is meant. Raises ValueError for a name that Keras does not know."""
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


def _kind(loss, y: np.ndarray, units: int) -> str | None:
    if isinstance(loss, _SPARSE):
        return "sparse"
    if isinstance(loss, _CATEGORICAL):
        return "categorical" if units > 1 else None
    whole = _shares(y, only_whole=True)
    if isinstance(loss, _BINARY) and whole:
        return "binary_logits" if getattr(loss, "from_logits", False) else "binary"
    # Another loss, say squared error on labels: right is what lies on the label's side of 0.5.
    return "binary" if units == 1 and whole else None


def fit_targets(y: np.ndarray, output, loss) -> np.ndarray:
    """y in the shape and dtype its loss takes. Raises ValueError where labels are of the wrong kind."""
    if isinstance(loss, _SPARSE):
        return _class_numbers(y, output, loss)
    y = y.astype(keras.config.floatx())
    if isinstance(loss, _BINARY + _CATEGORICAL) and (y.min() < 0 or y.max() > 1):
        hint = " Class numbers suit sparse_categorical_crossentropy." if isinstance(loss, _CATEGORICAL) else ""
        raise ValueError(f"y: {loss_name(loss)} takes targets in [0, 1], got {y.min():g} to {y.max():g}.{hint}")
    shape = (len(y), *output.shape[1:])
    if y.size != np.prod([n or 1 for n in shape]):
        if is_own_loss(loss):  # several quantiles of one number, an action and what it was worth
            return y
        raise ValueError(f"y: the output has shape {shape_in_words(shape)}, but y has shape {y.shape}.")
    return y.reshape(shape)


def _class_numbers(y: np.ndarray, output, loss) -> np.ndarray:
    units, places = _units(output), output.shape[1:-1]
    if None not in places and y.size != np.prod([len(y), *places]):
        raise ValueError(
            f"y: {loss_name(loss)} takes one whole number for each answer of {units} units, but y has shape "
            f"{y.shape}; of one-hot rows it takes np.argmax(y, -1), or they suit categorical_crossentropy."
        )
    counted = y[y != getattr(loss, "ignore_class", None)]
    if counted.size and ((counted != np.round(counted)).any() or counted.min() < 0 or counted.max() >= units):
        raise ValueError(
            f"y: {loss_name(loss)} takes whole numbers from 0 to {units - 1}, got {y.min():g} to {y.max():g}."
        )
    return y.astype(np.int32)


def loss_name(loss) -> str:
    """Keras's snake-case name of a loss, whatever form it is given in; "several losses" for a list or dict."""
    if isinstance(loss, dict | list | tuple):
        return "several losses"
    if isinstance(loss, str):
        loss = keras.losses.get(loss)
    if isinstance(loss, keras.losses.Loss):
        function = getattr(loss, "fn", None)
        loss = function if function is not None else type(loss)
    return getattr(loss, "__name__", "loss")


def _loss_key(loss):
    if _is_keras_loss(loss):
        return type(loss).__name__, repr(sorted(loss.get_config().items(), key=str))
    return id(loss)


def is_own_loss(loss) -> bool:
    """A class or a function of one's own, also where Keras has wrapped it."""
    parts = (type(loss) if isinstance(loss, keras.losses.Loss) else loss, getattr(loss, "fn", loss))
    return not all(keras_private.is_of_keras(part) for part in parts)


def _is_keras_loss(loss) -> bool:
    return isinstance(loss, keras.losses.Loss) and keras_private.is_of_keras(type(loss))
