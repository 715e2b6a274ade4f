"""What a model's outputs are on the batch, and what their loss takes them for."""

import keras
import numpy as np

from vgcourse.measure import keras_private
from vgcourse.measure.diagnosis.facts.arrays import as_float64
from vgcourse.measure.diagnosis.facts.layer import Output
from vgcourse.measure.diagnosis.facts.loss import takes_logits
from vgcourse.measure.objective import in_order, is_own_loss, loss_name
from vgcourse.measure.statistics import norm

_LOOKED_BACK = 4


def outputs_of(model, run, y) -> list[Output]:
    """One `Output` for each of the model's, in flattened order; ``run`` is a `ForwardBackward`."""
    predictions = keras.tree.flatten(run.prediction)
    targets = [None] if y is None else in_order(model, y, 1)
    targets = targets if len(targets) == len(predictions) else [None] * len(predictions)
    parts = run.used.parts if len(run.used.parts) == len(predictions) else [None] * len(predictions)
    last = next(reversed(run.taps.outputs), "")
    return [
        _output(run.taps, h, head, part, target, gradient, run.taps.owner(h) or last, run.used.own)
        for h, head, part, target, gradient in zip(
            predictions, run.used.heads, parts, targets, run.gradients.predictions, strict=True
        )
    ]


def _output(taps, h, head, part, target, gradient, layer, own) -> Output:
    values = as_float64(h)
    name = own if part is None else loss_name(part)
    matching = target is not None and np.size(target) == values.size
    return Output(
        layer,
        head,
        _endings(taps, h),
        name,
        None if own else takes_logits(part, name),
        values,
        np.reshape(target, values.shape).astype(float) if matching else None,
        _deaf(gradient, len(values)),
        keras_private.logits(h) is not None,
        taps.owner(h) is not None,
        bool(own) or (part is not None and is_own_loss(part)),
        0.0 if gradient is None else norm(gradient),
        *_where_zero(values, gradient),
        _smoothing(part),
    )


def _smoothing(part) -> float:
    value = keras_private.loss_arguments(part).get("label_smoothing", 0.0)
    return float(value) if isinstance(value, float | int) else 0.0


def by_row(model, run, x, y) -> tuple[float, float] | None:
    """(the loss, the loss with each target in its answer's shape), where a loss of one's own tells them apart.

    A difference of (n,) and (n, 1) is an (n, n) array: every answer against every target.
    """
    predictions, parts = keras.tree.flatten(run.prediction), run.used.parts
    if len(predictions) != 1 or len(parts) != 1 or not isinstance(y, np.ndarray) or not is_own_loss(parts[0]):
        return None
    shape = tuple(predictions[0].shape)
    if y.size != np.prod(shape) or y.shape == shape:
        return None
    try:
        found = tuple(_loss_of(model, parts[0], x, targets, run.prediction) for targets in (y, y.reshape(shape)))
    except Exception:  # one of the shapes is not taken: then there is nothing to mistake
        return None
    return found if abs(found[0] - found[1]) > 0.01 * max(map(abs, found)) else None


def _loss_of(model, part, x, y, prediction) -> float:
    if getattr(model, "compiled", False):
        return float(model.compute_loss(x=x, y=y, y_pred=prediction))
    return float(part(y, prediction)) if isinstance(part, keras.losses.Loss) else float("nan")


def _where_zero(values: np.ndarray, gradient) -> tuple[float, float]:
    """(share of the examples that are answered by zeros, how many times what others get the loss sends to them)."""
    if gradient is None or not values.size:
        return 0.0, np.nan
    zeros = (values.reshape(len(values), -1) == 0).all(1)
    squares = (as_float64(gradient).reshape(len(values), -1) ** 2).sum(1)
    if zeros.all() or not zeros.any() or not squares[~zeros].any():
        return float(zeros.mean()), np.nan
    return float(zeros.mean()), float(np.sqrt(squares[zeros].mean() / squares[~zeros].mean()))


def _deaf(gradient, n: int) -> float:
    return 1.0 if gradient is None else float((gradient.reshape(n, -1) == 0).all(1).mean())


def _endings(taps, tensor) -> tuple[str, ...]:
    """The activations that a tensor comes out of, the last one first, as far as they follow one another."""
    found = []
    for _ in range(_LOOKED_BACK):
        for name, outs in taps.activated.items():
            place = next((k for k, out in enumerate(outs) if out is tensor), None)
            if place is not None:
                found.append(taps.activations[name])
                tensor = taps.preactivations[name][place]
                break
        else:
            logits = keras_private.logits(tensor)
            if logits is None:
                break
            found.append("softmax")
            tensor = logits
    return tuple(found)
