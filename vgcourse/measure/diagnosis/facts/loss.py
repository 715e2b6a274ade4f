"""The loss of a diagnosis: the one given, the compiled one, or a guess that is said to be one."""

from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np

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
        compute: a function (x, y, y_pred) -> (mean loss, factor to the sum over examples).
        name: Keras's name of it. guessed: is it a guess from y and the output?
        parts: the loss of each output in flattened order; empty where it is not known which belongs to which.
        heads: the activation that each output comes from.
    """

    compute: Callable
    name: str
    guessed: bool = False
    parts: list = field(default_factory=list)
    heads: list[str] = field(default_factory=list)


def resolve(model, loss, x, y, y_all, prediction) -> LossInUse:
    """The loss of a model on one batch.

    Args:
        model: its compiled loss is taken where ``loss`` is None.
        x, y: the batch. y_all: all labels that were handed over; a guess looks at them all.
        prediction: what the model answers for the batch.

    Raises:
        ValueError: no loss is known and y and the output leave no guess, or the labels do not suit the loss.
    """
    declared = getattr(model, "outputs", None)
    outputs = keras.tree.flatten(prediction)
    symbols = declared if declared and len(declared) == len(outputs) else outputs
    heads = [output_activation(output, model, x) for output in symbols]
    compiled = model.loss if getattr(model, "compiled", False) else None
    if loss is None and (compiled is not None or y is None):
        return _compiled(model, compiled, y, outputs, heads)
    if y is None:
        raise ValueError("y: a loss needs labels; hand them over as well (those of an autoencoder are X itself).")
    samples = [_with_shape(s, o) for s, o in zip(symbols, outputs, strict=True)]
    objective = choose_objective(model, y_all, samples[0] if len(samples) == 1 else prediction, loss, x)
    summed = all(getattr(part, "reduction", "") == "sum" for part in objective.losses)

    def compute(x, y, prediction):
        answers = keras.tree.flatten(prediction)
        targets = in_order(model, y, len(answers))
        if len(answers) == 1:
            targets = [fit_targets(targets[0], answers[0], objective.losses[0])]
        return objective.loss(targets, answers), _factor(answers, summed)

    name = loss_name(objective.losses[0] if len(objective.losses) == 1 else list(objective.losses))
    return LossInUse(compute, name, loss is None, list(objective.losses), heads)


def _with_shape(symbol, output):
    """A declared output, or where its shape is open the one that was computed."""
    return output if None in tuple(symbol.shape)[1:] else symbol


def _compiled(model, compiled, y, outputs, heads) -> LossInUse:
    if compiled is None and not model.losses:
        raise ValueError(
            "loss: y is missing, and the model adds no loss of its own in call(). If its own train_step computes "
            "one, hand over y and loss=, or diagnose the nets inside it one by one."
        )
    parts = [] if compiled is None else in_order(model, compiled, len(outputs))
    parts = [keras_loss(part) for part in parts] if len(parts) == len(outputs) and None not in parts else []
    name = "added by the model" if compiled is None else loss_name(parts[0] if len(parts) == 1 else compiled)
    if len(parts) == 1 and name in _CHECKED and isinstance(y, np.ndarray):
        fit_targets(y, outputs[0], parts[0])
    summed = bool(parts) and all(getattr(part, "reduction", "") == "sum" for part in parts)

    def compute(x, y, prediction):
        value = model.compute_loss(x=x, y=y, y_pred=prediction, sample_weight=None)
        return value, _factor(keras.tree.flatten(prediction), summed)

    return LossInUse(compute, name, False, parts, heads)


def constant_loss(name: str, y) -> float | None:
    """What the best constant answer would get: the entropy of the labels, or y's variance. None if unknown."""
    if not isinstance(y, np.ndarray) or not y.size:
        return None
    if name == "binary_crossentropy":
        p = y.reshape(len(y), -1).mean(0)
        return float(-(_plogp(p) + _plogp(1 - p)).mean())
    if name == "categorical_crossentropy":
        return float(-_plogp(y.reshape(-1, y.shape[-1]).mean(0)).sum())
    if name == "sparse_categorical_crossentropy":
        return float(-_plogp(np.unique(y, return_counts=True)[1] / y.size).sum())
    if name == "mean_squared_error":
        return float(y.reshape(len(y), -1).var(0).mean())
    return None


def _factor(outputs, summed: bool) -> float:
    return 1.0 if summed else float(outputs[0].shape[0])


def _plogp(p: np.ndarray) -> np.ndarray:
    return p * np.log(np.where(p > 0, p, 1.0))
