"""The statistics of a Recording, computed where the tensors are."""

import numpy as np
import tensorflow as tf

from vgcourse.measure.statistics import STATISTICS, array_statistics


def root_mean_square(values) -> tf.Tensor:
    """The root mean square over all elements of a tensor, scalar float64."""
    return tf.sqrt(2 * tf.nn.l2_loss(tf.cast(values, tf.float64)) / tf.cast(tf.size(values), tf.float64))


def tensor_statistics(tensors: list[tf.Tensor]) -> np.ndarray:
    """The columns of `Recording.frame` for each tensor: (len(tensors), 8) float64, in the order of `STATISTICS`.

    On a CPU NumPy reads where the tensors lie, block by block. From an accelerator only the statistics come over.
    """
    if all("CPU" in tensor.device for tensor in tensors):
        return np.reshape([array_statistics(tensor.numpy()) for tensor in tensors], (-1, len(STATISTICS)))
    return _statistics(tensors).numpy()


@tf.function(reduce_retracing=True)
def _statistics(tensors: list[tf.Tensor]) -> tf.Tensor:
    return tf.stack([statistics_row(tensor) for tensor in tensors])


def statistics_row(tensor: tf.Tensor) -> tf.Tensor:
    """(8,) float64 in the order of `STATISTICS`, in graph or eagerly.

    Sums in float64: the square of a vanished gradient, 1e-25, is 0 in float32. A pass over a large array costs more
    than all the arithmetic in it, so there are as few as can be.
    """
    values = tf.reshape(tf.cast(tensor, tf.float64), [-1])
    count = tf.cast(tf.size(tensor), tf.float64)
    mean, square = tf.reduce_sum(values) / count, 2 * tf.nn.l2_loss(values) / count
    absolute = tf.reduce_sum(tf.abs(values))
    zeros = tf.reduce_sum(tf.cast(tf.equal(tensor, 0), tf.float32))
    columns = (
        mean,
        _spread(values, mean, square),
        tf.sqrt(square),
        absolute / count,
        absolute,
        tf.cast(tf.reduce_min(tensor), tf.float64),
        tf.cast(tf.reduce_max(tensor), tf.float64),
        tf.cast(zeros, tf.float64) / count,
    )
    return tf.stack(columns)


def _spread(values, mean, square):
    """The standard deviation: from the two means, where their difference keeps its digits."""
    variance = square - mean**2
    exact = tf.cond(variance > 1e-6 * square, lambda: variance, lambda: tf.reduce_mean(tf.square(values - mean)))
    return tf.sqrt(exact)
