"""Tensors and variables as NumPy arrays, and sizes over the calls of a layer, in float64."""

import keras
import numpy as np

from vgcourse.measure import statistics


def as_float64(tensor) -> np.ndarray:
    """As float64: the square of a float32 underflows from 1e-19 on."""
    array = as_array(tensor) if isinstance(tensor, keras.Variable) else keras.ops.convert_to_numpy(tensor)
    return np.asarray(array, np.float64)


def as_array(variable) -> np.ndarray:
    """A copy of a Keras variable's value. Keras's own ``numpy()`` warns once a call under NumPy 2."""
    return np.array(variable.value.numpy())


def over_glorot(kernel: np.ndarray) -> float:
    """The rms of a kernel over that which Glorot's initializer gives one of its shape (..., inputs, units)."""
    return statistics.rms(kernel) * float(np.sqrt(np.prod(kernel.shape[:-2]) * sum(kernel.shape[-2:]) / 2))


def mean_norm(arrays) -> float:
    """The norm per example over several calls: the root of the mean over calls of its square."""
    return statistics.rms([statistics.norm(a) for a in arrays])
