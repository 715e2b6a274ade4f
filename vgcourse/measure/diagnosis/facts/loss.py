"""The loss of a diagnosis: the one given, the compiled one, or a guess that is said to be one."""

from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.measure.heads import output_activation
from vgcourse.measure.objective import choose_objective, fit_targets, in_order, keras_loss, loss_name

_CHECKED = (
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "mean_squared_error",
)


# Of these, one number says how far the answers are from their targets.
DISTANCES = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh")


@dataclass
class LossInUse:
    """Which loss a batch is measured with.

    Attributes:
        formula: a function (x, y, y_pred, weights) -> (mean loss, factor to the sum over examples).
        name: Keras's name of it. guessed: is it a guess from y and the output?
        parts: the loss of each output in flattened order; empty where it is not known which belongs to which.
        heads: the activation that each output comes from. penalised: is what layers add part of it?
        weights: one for each example of the batch, or None.
        own: how a ``compute_loss`` of the model's own class is called, of which nothing else is known; else empty.
    """

    formula: Callable
    name: str
    guessed: bool = False
    parts: list = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    penalised: bool = False
    weights: np.ndarray | None = None
    own: str = ""

    def compute(self, x, y, prediction, rows=None):
        """(mean loss, factor to its sum) of the batch, or of those ``rows`` of it that x and y are."""
        weights = self.weights if self.weights is None or rows is None else self.weights[rows]
        return self.formula(x, y, prediction, weights)


def resolve(model, loss, x, y, y_all, prediction, weights=None) -> LossInUse:
    """The loss of a model on one batch.

    Args:
        model: its compiled loss is taken where ``loss`` is None.
        x, y: the batch. y_all: all labels that were handed over; a guess looks at them all.
        prediction: what the model answers for the batch. weights: one for each example, or None.

    Raises:
        ValueError: no loss is known and y and the output leave no guess, or the labels do not suit the loss.
    """
    declared = getattr(model, "outputs", None)
    outputs = keras.tree.flatten(prediction)
    symbols = declared if declared and len(declared) == len(outputs) else outputs
    heads = [output_activation(output, model, x) for output in symbols]
    ready = getattr(model, "compiled", False)
    compiled = model.loss if ready else None
    if loss is None and (compiled is not None or y is None or (ready and _own_compute_loss(model))):
        return _compiled(model, compiled, y, outputs, heads, weights)
    if y is None:
        raise ValueError("y: a loss needs labels; hand them over as well (those of an autoencoder are X itself).")
    samples = [_with_shape(s, o) for s, o in zip(symbols, outputs, strict=True)]
    objective = choose_objective(model, y_all, samples[0] if len(samples) == 1 else prediction, loss, x)
    summed = all(getattr(part, "reduction", "") == "sum" for part in objective.losses)
    if weights is not None and not all(isinstance(part, keras.losses.Loss) for part in objective.losses):
        raise ValueError("sample_weight: a function as loss takes no weights; hand over a keras.losses.Loss.")

    def compute(x, y, prediction, weights):
        answers = keras.tree.flatten(prediction)
        targets = in_order(model, y, len(answers))
        if len(answers) == 1:
            targets = [fit_targets(targets[0], answers[0], objective.losses[0])]
        return objective.loss(targets, answers, weights), _factor(answers, summed)

    name = loss_name(objective.losses[0] if len(objective.losses) == 1 else list(objective.losses))
    return LossInUse(compute, name, loss is None, list(objective.losses), heads, weights=weights)


def _with_shape(symbol, output):
    """A declared output, or where its shape is open the one that was computed."""
    return output if None in tuple(symbol.shape)[1:] else symbol


def _compiled(model, compiled, y, outputs, heads, weights) -> LossInUse:
    own = _own_compute_loss(model)
    if compiled is None and not model.losses and not own:
        raise ValueError(
            "loss: y is missing, and the model adds no loss of its own in call(). If its own train_step computes "
            "one, hand over y and loss=, or diagnose the nets inside it one by one."
        )
    parts = [] if compiled is None or own else in_order(model, compiled, len(outputs))
    parts = [keras_loss(part) for part in parts] if len(parts) == len(outputs) and None not in parts else []
    name = "added by the model" if compiled is None else loss_name(parts[0] if len(parts) == 1 else compiled)
    name = own or name
    if len(parts) == 1 and name in _CHECKED and isinstance(y, np.ndarray):
        fit_targets(y, outputs[0], parts[0])
    # A loss that is left as one number for each example is trained on as their sum.
    summed = bool(parts) and all(getattr(part, "reduction", "") in ("sum", "none", None) for part in parts)

    def compute(x, y, prediction, weights):
        # As fit hands them over: a compute_loss of one's own may watch x, to differentiate by it.
        x, y = (keras.tree.map_structure(lambda a: a if a is None else tf.convert_to_tensor(a), d) for d in (x, y))
        value = model.compute_loss(x=x, y=y, y_pred=prediction, sample_weight=weights)
        return tf.reduce_sum(value), _factor(keras.tree.flatten(prediction), summed)

    return LossInUse(compute, name, False, parts, heads, penalised=True, weights=weights, own=own)


def _own_compute_loss(model) -> str:
    """How a loss is called that the model's own class computes, whatever loss it was compiled with."""
    kind = type(model)
    return "" if kind.compute_loss is keras.Model.compute_loss else f"{kind.__name__}.compute_loss"


def constant_loss(model, used: LossInUse, x, y, prediction) -> float | None:
    """What the best constant answers would get of this very loss, its weights and sums included. None if unknown."""
    answers = keras.tree.flatten(prediction)
    if y is None or len(used.parts) != len(answers):
        return None
    targets = in_order(model, y, len(answers))
    if len(targets) != len(answers):
        return None
    shapes = [tuple(answer.shape) for answer in answers]
    best = [_constant_answer(*of, used.weights) for of in zip(used.parts, targets, shapes, strict=True)]
    if any(answer is None for answer in best):
        return None
    try:
        constants = keras.tree.pack_sequence_as(prediction, [keras.ops.convert_to_tensor(a) for a in best])
        # Beside what layers add, a thousand million for a variance out of hand, the answers' loss would be rounding.
        with keras_private.without_added_losses(model):
            value, _ = used.compute(x, y, constants)
            prices = (
                sum(float(keras.ops.convert_to_numpy(price)) for price in model.losses) if used.penalised else 0.0
            )
    except Exception:  # a loss of one's own may ask for more than an answer
        return None
    return float(value) - prices


def _constant_answer(part, y, shape: tuple, weights) -> np.ndarray | None:
    """The best one: the shares of the labels, or the mean of the targets, in the form that the loss takes."""
    if not isinstance(y, np.ndarray) or not y.size:
        return None
    name, w = loss_name(part), np.ones(len(y)) if weights is None else np.asarray(weights, float)
    if not w.sum() > 0 or name not in _CHECKED or ignored_class(part) is not None:
        return None
    rows = np.asarray(y, float).reshape(len(y), -1)
    logits = takes_logits(part, name)
    if name in ("binary_crossentropy", "categorical_crossentropy") and ((rows < 0) | (rows > 1)).any():
        return None  # of targets that are no probabilities a cross-entropy has no least value
    if name.endswith("categorical_crossentropy"):
        classes = shape[-1]
        one_hot = np.eye(classes)[y.astype(int).ravel()] if name.startswith("sparse") else rows
        shares = np.average(one_hot.reshape(len(y), -1, classes).mean(1), 0, w)
        best = np.log(np.maximum(shares, 1e-30)) if logits else shares
        return np.broadcast_to(best, shape).astype("float32")
    if rows.size != np.prod(shape):
        return None
    best = np.average(rows, 0, w)
    if logits:
        best = np.log(np.clip(best, 1e-12, 1 - 1e-12) / np.clip(1 - best, 1e-12, 1 - 1e-12))
    return np.broadcast_to(best, rows.shape).reshape(shape).astype("float32")


def ignored_class(part) -> int | None:
    """The class number that stands for no label at all, as in padded sequences."""
    given = getattr(part, "ignore_class", None)
    return keras_private.loss_arguments(part).get("ignore_class") if given is None else given


def takes_logits(part, name: str) -> bool | None:
    """Does a loss of this name take the output for logits? None where that is no question."""
    if name == "kl_divergence":
        return False
    if "crossentropy" not in name:
        return None
    given = getattr(part, "from_logits", None)
    if given is None:
        given = keras_private.loss_arguments(part).get("from_logits", False)
    return bool(given)


def _factor(outputs, summed: bool) -> float:
    return 1.0 if summed else float(outputs[0].shape[0])
