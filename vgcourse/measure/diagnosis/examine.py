"""Which layer, how bad, why, what to try: one batch through any Keras 3 model."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pandas as pd

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis import report
from vgcourse.measure.diagnosis.facts import loss as losses
from vgcourse.measure.diagnosis.facts.gather import gather
from vgcourse.measure.diagnosis.facts.intake import one_batch
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.facts.measure import measure
from vgcourse.measure.diagnosis.notes import notes
from vgcourse.measure.diagnosis.rules import judge
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.through_time.shown import time_frame
from vgcourse.measure.layers import takes_text, weighted_layers


class Report:
    """What `diagnose` found. Prints as a table with a verdict, and shows itself in a notebook.

    Attributes:
        verdict: one sentence with layer, cause, numbers, and what to try.
        cause: ``"healthy"``, ``"flat activation"``, ``"saturation"``, ``"weights too small"``,
            ``"weights too large"``, ``"not centred"``, ``"dying relu"``, ``"exploding"``, ``"vanishing"``,
            ``"symmetric"``, ``"not finite"``, ``"learning rate too small"``, ``"learning rate too large"``,
            ``"loss does not fit the output"``, ``"constant output"``, ``"wrong statistics"``,
            ``"inputs too large"``, ``"inputs too small"``, ``"inputs do not vary"``, ``"no gradient"``,
            ``"vanishing through time"``, ``"exploding through time"``, ``"targets too large"``,
            ``"noise too large"``, ``"weight decay too large"``, ``"regularization too strong"``,
            ``"clipping too strong"``, or ``"not measured"`` where nothing could be.
        layer: name of the layer that is to blame, or where it shows most.
        layers: DataFrame, one row a layer in the order of the call.
        time: DataFrame, one row a recurrent layer: ``steps``, ``factor`` a step, ``left`` at the first step of an
            error at the last, ``heard``: the loss at the first step relative to the loudest.
        units: DataFrame, one row a unit: ``layer, unit, dead, saturated, slope, gradient``.
        notes: what else is worth knowing, a tuple of sentences.
        loss: loss of the batch.
    """

    def __init__(self, batch: Batch, verdict: Finding):
        self.verdict, self.cause, self.layer = str(verdict), verdict.cause, verdict.layer
        self.loss = batch.loss
        self.notes = tuple(notes(batch, verdict.cause))
        self.layers = _layer_frame(batch)
        self.time = time_frame(batch.time)
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


def diagnose(
    model: keras.Model,
    X: Any,
    y: Any = None,
    loss: str | keras.losses.Loss | Callable | None = None,
    batch_size: int = 256,
    sample_weight: Any = None,
) -> Report:
    """Measure every layer of a model on one batch and say which one is ill, why, and what to try.

    The gradients are those of a training step (dropout drops, batch normalisation uses the batch), at the
    present weights. Steps of a compiled optimizer are tried on copies of the weights. The model is left as it
    was: weights, moving statistics, seeds, optimizer.

    Args:
        model: any built Keras 3 model on the TensorFlow backend.
        X, y: inputs and labels, arrays (n, ...) or the nested structures of them that the model takes. The
            batch is ``batch_size`` examples spread evenly over them. Or X alone, a dataset, generator or
            loader that gives pairs: then the batch is its first examples.
        loss: a Keras loss or its name. Without one the compiled loss is taken, else one is guessed from y
            and the output, and the report says so.
        sample_weight: one number for each example, as ``fit`` takes them; a dataset may bring them along. Of class
            weights make them with ``[class_weight[k] for k in y]``.
        batch_size: number of examples, 2 or more. A unit counts as dead when it is off for all of them.

    Returns:
        A Report; ``print`` it, or let a notebook show it.

    Raises:
        TypeError: ``model`` is not a Keras model.
        ValueError: the model is not built, data do not fit it or each other, hold NaN, are ragged or sparse, or suit
            no loss; it has no ``call()``.

    Example:
        >>> report = diagnose(model, X, y)
        >>> report.cause, report.layer
        ('flat activation', 'hidden_1')
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"model: expected a Keras model, got {type(model).__name__}.")
    weighted_layers(model)
    x, y, weights, y_all = one_batch(X, y, batch_size, sample_weight, takes_text(model))
    with np.errstate(all="ignore"):  # numbers that are not finite are what is looked for
        return Report(*_judged(model, x, y, y_all, weights, loss))


def _judged(model, x, y, y_all, weights, loss) -> tuple[Batch, Finding]:
    run = measure(model, x, y, lambda prediction: losses.resolve(model, loss, x, y, y_all, prediction, weights))
    compiled = bool(getattr(model, "compiled", False) and getattr(model, "optimizer", None))
    batch = gather(model, x, y, run, model.optimizer if compiled else keras.optimizers.SGD(0.01), compiled)
    verdict, unknown = judge(batch)
    batch.not_measured.extend(unknown)
    return batch, verdict


def _layer_frame(batch: Batch) -> pd.DataFrame:
    """One row a layer; ``factor`` is the ratio of the gradient's norm to that at the next layer.

    ``reach`` is what the layer's weights hear of the norm that the loss sends, the number that verdicts rest on.
    """
    layers, sent = batch.layers, path.sent(batch)
    norms = [layer.gradient_norm for layer in layers]
    after = [*norms[1:], np.nan]
    columns = {
        "activation": [layer.inner or layer.activation for layer in layers],
        "units": [layer.units for layer in layers],
        "output": [layer.output for layer in layers],
        "signal": [layer.signal for layer in layers],
        "gradient": [layer.gradient for layer in layers],
        "factor": [a / b if b else np.nan for a, b in zip(norms, after, strict=True)],
        "reach": [layer.delta_norm / sent if sent else np.nan for layer in layers],
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
