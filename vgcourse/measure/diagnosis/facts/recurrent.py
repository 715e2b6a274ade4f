"""What the input makes of a recurrent layer's gates, before its own past is added."""

import keras
import numpy as np

from vgcourse.measure.diagnosis.facts.arrays import as_float64
from vgcourse.measure.diagnosis.thresholds import FLAT_GATE


def gates_flat(layer, x: np.ndarray) -> float:
    """The share of pre-activations at gates that the input alone drives to where a sigmoid is flat.

    Args:
        layer: any layer. x: what it takes in, (batch, time, features).

    Returns:
        NaN where it is no recurrent layer with a kernel, or its activations are none that saturate.
    """
    inner = getattr(layer, "forward_layer", layer)
    cell = getattr(inner, "cell", None) if isinstance(inner, keras.layers.RNN) else None
    kernel = getattr(cell, "kernel", None)
    if kernel is None or x.ndim != 3 or kernel.shape[0] != x.shape[-1] or not _saturates(cell):
        return np.nan
    return float((np.abs(x @ as_float64(kernel)) > FLAT_GATE).mean())


def _saturates(cell) -> bool:
    """Whether most of its gates go through sigmoid or tanh."""
    gate = getattr(cell, "recurrent_activation", getattr(cell, "activation", None))
    return getattr(gate, "__name__", "") in ("sigmoid", "tanh")
