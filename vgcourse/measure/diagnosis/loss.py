"""The loss of a diagnosis: the one given, the compiled one, or a guess that is said to be one."""

import keras
import numpy as np
import tensorflow as tf

CROSSENTROPIES = ("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy")
_SHORT = {"mse": "mean_squared_error", "mae": "mean_absolute_error"}


def resolve(model, loss, y, prediction):
    """The loss as a function (x, y, y_pred) -> (loss, factor to the sum over examples), and its name.

    Args:
        model: its compiled loss is taken where ``loss`` is None.
        prediction: (batch, ...) array, what the model answers; needed to guess.

    Raises:
        ValueError: no loss is known and y and the output leave no guess, or the labels do not suit the loss.
    """
    if loss is None and getattr(model, "compiled", False) and model.loss is not None:
        name = loss_name(model.loss)
        check_labels(name, y, prediction)
        return _compiled(model), name
    guessed = loss is None
    if guessed:
        loss = guess(y, prediction)
    name = loss_name(loss)
    check_labels(name, y, prediction)
    return _single(keras.losses.get(loss)), name + " (guessed from y and the output)" * guessed


def guess(y, prediction) -> keras.losses.Loss:
    """The loss that labels ``y`` and an output of shape (batch, ...) suggest."""
    if not isinstance(y, np.ndarray) or not isinstance(prediction, np.ndarray):
        raise ValueError("loss: a model with several outputs needs one; compile the model or pass loss=.")
    classes = prediction.shape[-1] if prediction.ndim > 1 else 1
    whole = bool(np.all(y == np.round(y)))
    inside = not ((prediction < 0) | (prediction > 1)).any()
    if classes > 1 and whole and y.shape in (prediction.shape[:-1], (*prediction.shape[:-1], 1)):
        return keras.losses.SparseCategoricalCrossentropy(from_logits=not _sums_to_one(prediction))
    if classes > 1 and y.shape == prediction.shape and _sums_to_one(y):
        return keras.losses.CategoricalCrossentropy(from_logits=not _sums_to_one(prediction))
    if y.size == prediction.size and set(np.unique(y)) <= {0, 1}:
        return keras.losses.BinaryCrossentropy(from_logits=not inside)
    if y.size == prediction.size:
        return keras.losses.MeanSquaredError()
    raise ValueError(
        f"y: its shape {y.shape} suits no loss for an output of shape {prediction.shape}; "
        "pass loss= or labels of the output's shape."
    )


def constant_loss(name: str, y) -> float | None:
    """What the best constant answer would get: the entropy of the labels, or y's variance. None if unknown."""
    if not isinstance(y, np.ndarray) or not y.size:
        return None
    if name.startswith("binary_crossentropy"):
        p = y.reshape(len(y), -1).mean(0)
        return float(-(_plogp(p) + _plogp(1 - p)).mean())
    if name.startswith("categorical_crossentropy"):
        return float(-_plogp(y.reshape(-1, y.shape[-1]).mean(0)).sum())
    if name.startswith("sparse_categorical_crossentropy"):
        return float(-_plogp(np.unique(y, return_counts=True)[1] / y.size).sum())
    if name.startswith("mean_squared_error"):
        return float(y.reshape(len(y), -1).var(0).mean())
    return None


def loss_name(loss) -> str:
    """Keras's snake-case name of a loss, whatever form it is given in; "several losses" for a list or dict."""
    if isinstance(loss, dict | list | tuple):
        return "several losses"
    if isinstance(loss, str):
        loss = keras.losses.get(loss)
    if isinstance(loss, keras.losses.Loss):
        function = getattr(loss, "fn", None)
        loss = function if function is not None else type(loss)
    name = getattr(loss, "__name__", "loss")
    return _SHORT.get(name, name)


def check_labels(name: str, y, prediction) -> None:
    """Raise ValueError, naming y, where its values or its shape cannot belong to the loss."""
    if not isinstance(y, np.ndarray) or not isinstance(prediction, np.ndarray):
        return
    if name == "sparse_categorical_crossentropy":
        classes = prediction.shape[-1]
        if y.size and (y.min() < 0 or y.max() >= classes or (y != np.round(y)).any()):
            raise ValueError(
                f"y: sparse categorical cross-entropy needs whole numbers from 0 to {classes - 1}, "
                f"one a class; these go from {y.min():g} to {y.max():g}."
            )
        return
    if name in CROSSENTROPIES and y.size and (y.min() < 0 or y.max() > 1):
        raise ValueError(
            f"y: {name.replace('_', ' ')} needs labels between 0 and 1; these go from {y.min():g} to {y.max():g}."
        )
    if name in (*CROSSENTROPIES, "mean_squared_error") and y.size != prediction.size:
        raise ValueError(
            f"y: its shape {y.shape} does not fit the model's output {prediction.shape}; give one label an output."
        )


def _compiled(model):
    summed = getattr(model.loss, "reduction", "") == "sum"

    def compute(x, y, prediction):
        return model.compute_loss(x=x, y=y, y_pred=prediction, training=True), _factor(prediction, summed)

    return compute


def _single(function):
    summed = getattr(function, "reduction", "") == "sum"

    def compute(x, y, prediction):
        # A plain function would broadcast labels (n,) against outputs (n, 1) to (n, n).
        same = isinstance(y, np.ndarray) and tf.is_tensor(prediction) and y.size == tf.size(prediction)
        labels = y.reshape(prediction.shape) if same else y
        return tf.reduce_mean(function(labels, prediction)), _factor(prediction, summed)

    return compute


def _factor(prediction, summed: bool) -> float:
    return 1.0 if summed else float(keras.tree.flatten(prediction)[0].shape[0])


def _sums_to_one(values: np.ndarray) -> bool:
    """NaN passes: a net that answers NaN is diagnosed as one with probabilities."""
    off = np.abs(values.sum(-1) - 1) > 1e-3
    return not ((values < 0).any() or off.any())


def _plogp(p: np.ndarray) -> np.ndarray:
    return p * np.log(np.where(p > 0, p, 1.0))
