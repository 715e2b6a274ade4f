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


def gates_held(layer) -> float:
    """The share of gates that the biases alone, without input and past, drive to where a sigmoid is flat.

    Biases that keep a memory open (chrono initialisation) do so to half of them. NaN as in `gates_flat`.
    """
    cell = getattr(layer, "cell", None) if isinstance(layer, keras.layers.RNN) else None
    bias = getattr(cell, "bias", None)
    if bias is None or not hasattr(cell, "recurrent_activation") or not _saturates(cell):
        return np.nan
    values = as_float64(bias)
    # Of a GRU's two rows one is added to the input's part and one to that of the past.
    return float((np.abs(values.sum(0) if values.ndim == 2 else values) > FLAT_GATE).mean())


def _saturates(cell) -> bool:
    """Whether most of its gates go through sigmoid or tanh."""
    gate = getattr(cell, "recurrent_activation", getattr(cell, "activation", None))
    return getattr(gate, "__name__", "") in ("sigmoid", "tanh")
