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
        heads: the activation that each output comes from. penalised: is what layers add part of it?
        weights: one for each example of the batch, or None.
    """

    compute: Callable
    name: str
    guessed: bool = False
    parts: list = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    penalised: bool = False
    weights: np.ndarray | None = None


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
    compiled = model.loss if getattr(model, "compiled", False) else None
    if loss is None and (compiled is not None or y is None):
        return _compiled(model, compiled, y, outputs, heads, weights)
    if y is None:
        raise ValueError("y: a loss needs labels; hand them over as well (those of an autoencoder are X itself).")
    samples = [_with_shape(s, o) for s, o in zip(symbols, outputs, strict=True)]
    objective = choose_objective(model, y_all, samples[0] if len(samples) == 1 else prediction, loss, x)
    summed = all(getattr(part, "reduction", "") == "sum" for part in objective.losses)
    if weights is not None and not all(isinstance(part, keras.losses.Loss) for part in objective.losses):
        raise ValueError("sample_weight: a function as loss takes no weights; hand over a keras.losses.Loss.")

    def compute(x, y, prediction):
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
        value = model.compute_loss(x=x, y=y, y_pred=prediction, sample_weight=weights)
        return value, _factor(keras.tree.flatten(prediction), summed)

    return LossInUse(compute, name, False, parts, heads, penalised=True, weights=weights)


def constant_loss(name: str, y, weights=None) -> float | None:
    """What the best constant answer would get: the entropy of the labels, or y's variance. None if unknown.

    With weights, one for each example, both are weighted, and multiplied by their mean as Keras's losses are.
    """
    if not isinstance(y, np.ndarray) or not y.size:
        return None
    w = np.ones(len(y)) if weights is None else np.asarray(weights, float)
    if not w.sum() > 0:
        return None
    spread = _spread(name, y, w / w.sum())
    return None if spread is None else float(w.mean() * spread)


def _spread(name: str, y: np.ndarray, share: np.ndarray) -> float | None:
    """share: of each example in the whole, (n,), sums to 1."""
    if name == "sparse_categorical_crossentropy":
        shares = np.repeat(share, y.size // len(y)) * len(y) / y.size
        return float(-_plogp(np.bincount(np.unique(y, return_inverse=True)[1].ravel(), shares)).sum())
    if name == "categorical_crossentropy":
        shares = np.repeat(share, y.size // y.shape[-1] // len(y)) * len(y) * y.shape[-1] / y.size
        return float(-_plogp(shares @ y.reshape(-1, y.shape[-1])).sum())
    mean = share @ (rows := y.reshape(len(y), -1).astype(float))
    if name == "binary_crossentropy":
        return float(-(_plogp(mean) + _plogp(1 - mean)).mean())
    return float((share @ (rows - mean) ** 2).mean()) if name == "mean_squared_error" else None


def _factor(outputs, summed: bool) -> float:
    return 1.0 if summed else float(outputs[0].shape[0])


def _plogp(p: np.ndarray) -> np.ndarray:
    return p * np.log(np.where(p > 0, p, 1.0))
