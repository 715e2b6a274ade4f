"""Tensors and variables as NumPy arrays, and their sizes, in float64."""

import keras
import numpy as np


def as_float64(tensor) -> np.ndarray:
    """As float64: the square of a float32 underflows from 1e-19 on."""
    array = as_array(tensor) if isinstance(tensor, keras.Variable) else keras.ops.convert_to_numpy(tensor)
    return np.asarray(array, np.float64)


def as_array(variable) -> np.ndarray:
    """A copy of a Keras variable's value. Keras's own ``numpy()`` warns once a call under NumPy 2."""
    return np.array(variable.value.numpy())


def rms(arrays: list[np.ndarray]) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.sqrt(np.mean([np.mean(a**2) for a in arrays])))


def norm(arrays: list[np.ndarray]) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.sqrt(np.mean([(a**2).reshape(len(a), -1).sum(1).mean() for a in arrays])))


def mean_by_unit(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, values.shape[-1]).mean(0)
