"""What a normalisation makes of what it takes in: of batches, layers, groups or root mean squares."""

import keras
import numpy as np

from vgcourse.measure.diagnosis.facts.arrays import as_array, as_float64
from vgcourse.measure.diagnosis.thresholds import SCALED, SHIFTED, UNLIKE
from vgcourse.measure.statistics import rms

# Keras has it from 3.9 on.
_OF_SQUARES = (keras.layers.RMSNormalization,) if hasattr(keras.layers, "RMSNormalization") else ()
NORMALISED = (keras.layers.BatchNormalization, keras.layers.LayerNormalization, keras.layers.GroupNormalization)


def together(layer, x: np.ndarray) -> float:
    """How many numbers of an example a layer or group normalisation makes a mean of 0 of; NaN of other layers."""
    if isinstance(layer, keras.layers.LayerNormalization) and not getattr(layer, "rms_scaling", False):
        return float(np.prod([x.shape[axis] for axis in np.atleast_1d(layer.axis)]))
    if isinstance(layer, keras.layers.GroupNormalization):
        channels = x.shape[layer.axis]
        return float(x[0].size // (channels if layer.groups == -1 else layer.groups))
    return np.nan


def drowned(layer, x: np.ndarray, kind) -> tuple[int, float, float] | None:
    """What is left of most columns where a normalisation of all of them takes some that are far larger."""
    if not isinstance(layer, (keras.layers.LayerNormalization, *_OF_SQUARES)) or x.shape[-1] < 3:
        return None
    rows = tuple(range(x.ndim - 1))
    spread = x.std(rows)
    usual = float(np.median(spread[spread > 0])) if spread.any() else np.inf
    large = spread > UNLIKE * usual
    if not large.any():
        return None
    alone = np.where(large, x, x.mean(rows))
    h, other = (as_float64(layer(keras.ops.cast(a, kind))) for a in (x, alone))
    return int(np.argmax(spread)), float(spread.max()) / usual, rms(h - other) / rms(h)


def over_epsilon(layer, x: np.ndarray) -> float:
    """The variance, or of a root mean square the square, of what a normalisation takes in, over its epsilon."""
    if not isinstance(layer, (*NORMALISED, *_OF_SQUARES)) or not getattr(layer, "epsilon", None):
        return np.nan
    if isinstance(layer, keras.layers.LayerNormalization):
        axes = tuple(np.atleast_1d(layer.axis))
    elif isinstance(layer, keras.layers.BatchNormalization):
        axes = _others(layer, x)
    else:
        axes = tuple(range(1, x.ndim))
    centred = not (isinstance(layer, _OF_SQUARES) or getattr(layer, "rms_scaling", False))
    return float(np.median(x.var(axes) if centred else (x**2).mean(axes)) / layer.epsilon)


def _others(layer, x: np.ndarray) -> tuple[int, ...]:
    """The axes over which a batch normalisation takes its means."""
    axis = layer.axis if isinstance(layer.axis, int) else layer.axis[0]
    return tuple(k for k in range(x.ndim) if k != axis % x.ndim)


def astray(layer, x: np.ndarray) -> bool:
    """Are moving statistics where no mean of a start at 0 and 1 and of batches like this one is?"""
    others = _others(layer, x)
    mean, variance = (as_array(v).astype(float) for v in (layer.moving_mean, layer.moving_variance))
    there, spread = x.mean(others), np.maximum(x.std(others), 1e-12)
    past = np.maximum(np.maximum(np.minimum(there, 0) - mean, mean - np.maximum(there, 0)), 0) / spread
    return bool(
        not (variance + layer.epsilon > 0).all()
        or np.median(past) > SHIFTED
        or np.median(variance / np.maximum(1.0, spread**2)) > SCALED
    )


def moving_off(layer, x: np.ndarray, h: np.ndarray) -> tuple[tuple[float, float], bool]:
    """(shift, variance ratio) of the moving statistics, and whether they were used and not the batch's own."""
    others = _others(layer, x)
    shape = [1 if k in others else -1 for k in range(x.ndim)]
    mean, variance = (as_array(v).astype(float) for v in (layer.moving_mean, layer.moving_variance))
    gamma, beta = (
        as_array(v).astype(float) if v is not None else d for v, d in ((layer.gamma, 1.0), (layer.beta, 0.0))
    )
    scale = gamma / np.sqrt(variance + layer.epsilon)
    expected = (x - mean.reshape(shape)) * np.reshape(scale * np.ones_like(mean), shape)
    expected = expected + np.reshape(beta * np.ones_like(mean), shape)
    near = 0.02 * (np.abs(expected).max() + 1e-12)
    used = np.isfinite(expected).all() and np.allclose(h, expected, rtol=0.02, atol=near)
    spread = np.maximum(x.std(others), 1e-12)
    # Where nothing differs over the batch, both statistics may give the same, and it is not known which were used.
    used = used and (x.std(others) > 0).any()
    shift = float(np.median(np.abs(x.mean(others) - mean) / np.sqrt(np.maximum(variance, spread**2))))
    return (shift, float(np.median((variance + layer.epsilon) / (spread**2 + layer.epsilon)))), bool(used)
