"""Which layer, how bad, why, what to try: one batch through any Keras 3 model."""

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from vgcourse.measure.diagnosis import loss as losses
from vgcourse.measure.diagnosis import report
from vgcourse.measure.diagnosis.measure import Batch, Layer, measure, twins
from vgcourse.measure.diagnosis.rules import Finding, judge
from vgcourse.measure.layers import inner_optimizer, weighted_layers


class Report:
    """What `diagnose` found. Prints as a table with a verdict, and shows itself in a notebook.

    Attributes:
        verdict: one sentence with layer, cause, numbers, and what to try.
        cause: ``"healthy"``, ``"flat activation"``, ``"saturation"``, ``"weights too small"``,
            ``"weights too large"``, ``"not centred"``, ``"dying relu"``, ``"exploding"``, ``"vanishing"``,
            ``"symmetric"``, ``"not finite"``, ``"learning rate too small"`` or ``"learning rate too large"``.
        layer: name of the layer that is to blame, or where it shows most.
        layers: DataFrame, one row a layer in the order of the call.
        units: DataFrame, one row a unit: ``layer, unit, dead, saturated, slope, gradient``.
        notes: what else is worth knowing, a tuple of sentences.
        loss: loss of the batch.
    """

    def __init__(self, batch: Batch, verdict: Finding):
        self.verdict, self.cause, self.layer = str(verdict), verdict.cause, verdict.layer
        self.loss = batch.loss
        self.notes = tuple(_notes(batch))
        self.layers = _layer_frame(batch.layers)
        self.units = _unit_frame(batch.layers)
        self.batch = batch

    @property
    def healthy(self) -> bool:
        """Was nothing found?"""
        return self.cause == "healthy"

    def __str__(self) -> str:
        return report.as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return report.as_html(self)


def diagnose(model: keras.Model, X, y, loss=None, batch_size: int = 256) -> Report:
    """Measure every layer of a model on one batch and say which one is ill, why, and what to try.

    The gradients are those of a training step (dropout drops, batch normalisation uses the batch), at the
    present weights. The model is left as it was: weights, moving statistics, seeds, optimizer.

    Args:
        model: any built Keras 3 model on the TensorFlow backend.
        X, y: inputs and labels, arrays (n, ...) or the nested structures of them that the model takes. The
            batch is ``batch_size`` examples spread evenly over them.
        loss: a Keras loss or its name. Without one the compiled loss is taken, else one is guessed from y
            and the output, and the report says so.
        batch_size: number of examples, 2 or more. A unit counts as dead when it is off for all of them.

    Returns:
        A Report; ``print`` it, or let a notebook show it.

    Raises:
        TypeError: ``model`` is not a Keras model, or X a dataset.
        ValueError: the model is not built, data do not fit it or each other, hold NaN, or suit no loss.

    Example:
        >>> report = diagnose(model, X, y)
        >>> report.cause, report.layer
        ('flat activation', 'hidden_1')
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"model: expected a Keras model, got {type(model).__name__}.")
    weighted_layers(model)
    y_all = y
    X, y = _one_batch(X, y, batch_size)
    name, guessed = "", False

    def loss_of(x, y, prediction):
        nonlocal name, guessed
        used = losses.resolve(model, loss, x, y, y_all, prediction)
        name, guessed = used.name, used.guessed
        return used.compute(x, y, prediction)

    compiled = bool(getattr(model, "compiled", False) and getattr(model, "optimizer", None))
    optimizer = model.optimizer if compiled else keras.optimizers.SGD(0.01)
    layers, value = measure(model, X, y, loss_of, optimizer)
    batch = Batch(
        layers,
        value,
        examples=len(keras.tree.flatten(X)[0]),
        guess=losses.constant_loss(name, y),
        loss_name=name.replace("_", " ") + " (guessed from y and the output)" * guessed,
        optimizer=_optimizer_name(optimizer, compiled),
        compiled=compiled,
        twins=twins(model),
    )
    return Report(batch, judge(batch))


def _one_batch(X, y, batch_size: int):
    """``batch_size`` examples, evenly spread, so that labels in order give all classes. Draws nothing."""
    if isinstance(batch_size, bool) or not isinstance(batch_size, int | np.integer) or batch_size < 2:
        raise ValueError(f"batch_size: need a whole number of at least 2 examples, got {batch_size!r}.")
    if isinstance(X, tf.data.Dataset):
        raise TypeError("X: need arrays, got a tf.data.Dataset; take one batch of it: X, y = next(iter(dataset)).")
    X, y = (keras.tree.map_structure(np.asarray, data) for data in (X, y))
    counts = {name: {len(a) if a.ndim else 0 for a in keras.tree.flatten(d)} for name, d in (("X", X), ("y", y))}
    if len(counts["X"] | counts["y"]) != 1 or counts["X"] <= {0, 1}:
        raise ValueError(
            f"X and y: need the same number of examples, at least 2; "
            f"X has {_listed(counts['X'])}, y has {_listed(counts['y'])}."
        )
    for name, data in (("X", X), ("y", y)):
        _check_finite(name, data)
    n = counts["X"].pop()
    rows = np.unique(np.linspace(0, n - 1, min(n, batch_size)).round().astype(int))
    return tuple(keras.tree.map_structure(lambda a: _floats(a[rows]), data) for data in (X, y))


def _check_finite(name: str, data) -> None:
    for array in keras.tree.flatten(data):
        if array.dtype.kind not in "fiub":
            raise ValueError(f"{name}: need numbers, got an array of {array.dtype}; encode it first.")
        bad = ~np.isfinite(array.reshape(len(array), -1)).all(1)
        if bad.any():
            raise ValueError(
                f"{name}: {bad.sum()} of {len(bad)} examples hold NaN or infinity, the first is number "
                f"{int(bad.argmax())}; drop or fill them."
            )


def _floats(array: np.ndarray) -> np.ndarray:
    return array.astype("float32") if array.dtype.kind in "fb" else array


def _optimizer_name(optimizer, compiled: bool) -> str:
    rate = float(keras.ops.convert_to_numpy(optimizer.learning_rate))
    name = f"{type(inner_optimizer(optimizer)).__name__} with learning rate {rate:g}"
    return name if compiled else name + " (the model is not compiled)"


def _listed(counts: set[int]) -> str:
    return " and ".join(map(str, sorted(counts))) or "none"


def _notes(batch: Batch):
    for a, b in batch.twins:
        yield f"{a} and {b} have equal kernels: one initializer instance serves both; give each its own."
    frozen = [layer.name for layer in batch.layers if not layer.trainable]
    if frozen:
        yield f"Frozen, so without a kernel gradient: {', '.join(frozen)}."
    if batch.guess and np.isfinite(batch.loss) and batch.loss > 10 * batch.guess:
        yield f"The loss ({batch.loss:.3g}) is far above that of a constant answer ({batch.guess:.3g})."


def _layer_frame(layers: list[Layer]) -> pd.DataFrame:
    """One row a layer; ``factor`` is the ratio of the gradient's norm to that at the next layer."""
    norms = [layer.gradient_norm for layer in layers]
    after = [*norms[1:], np.nan]
    columns = {
        "activation": [layer.activation for layer in layers],
        "units": [layer.units for layer in layers],
        "output": [layer.output for layer in layers],
        "signal": [layer.signal for layer in layers],
        "gradient": [layer.gradient for layer in layers],
        "factor": [a / b if b else np.nan for a, b in zip(norms, after, strict=True)],
        "kernel_gradient": [layer.kernel_gradient for layer in layers],
        "update_ratio": [layer.update_ratio for layer in layers],
        "gain": [layer.gain for layer in layers],
        "slope": [layer.slope if layer.unit_slope is not None else np.nan for layer in layers],
        "saturated": [layer.saturated for layer in layers],
        "dead": [layer.dead_share for layer in layers],
        "dead_units": [_indices(layer.dead) for layer in layers],
        "saturated_units": [_indices(_flat_units(layer)) for layer in layers],
    }
    return pd.DataFrame(columns, index=pd.Index([layer.name for layer in layers], name="layer"))


def _flat_units(layer: Layer) -> np.ndarray | None:
    """Units that are saturated for every example."""
    return None if layer.saturated_units is None else layer.saturated_units == 1


def _indices(flags: np.ndarray | None) -> tuple[int, ...]:
    return () if flags is None else tuple(map(int, np.flatnonzero(flags)))


def _unit_frame(layers: list[Layer]) -> pd.DataFrame:
    parts = []
    for layer in layers:
        n = layer.units
        missing = np.full(n, np.nan)
        parts.append(
            pd.DataFrame(
                {
                    "layer": layer.name,
                    "unit": np.arange(n),
                    "dead": np.zeros(n, bool) if layer.dead is None else layer.dead,
                    "saturated": missing if layer.saturated_units is None else layer.saturated_units,
                    "slope": missing if layer.unit_slope is None else layer.unit_slope,
                    "gradient": missing if layer.unit_gradient is None else layer.unit_gradient,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
