"""The statistics of a Recording, computed where the tensors are."""

import numpy as np
import tensorflow as tf


def root_mean_square(values) -> tf.Tensor:
    """The root mean square over all elements of a list of tensors, scalar float64."""
    flat = tf.concat([tf.reshape(tf.cast(v, tf.float64), [-1]) for v in values], 0)
    return tf.sqrt(tf.reduce_mean(tf.square(flat)))


def tensor_statistics(tensors: list[tf.Tensor]) -> np.ndarray:
    """The columns of `Recording.frame` for each tensor: (len(tensors), 8) float64, in the order of `STATISTICS`."""
    return _statistics(tensors).numpy() if tensors else np.zeros((0, 8))


@tf.function(reduce_retracing=True)
def _statistics(tensors: list[tf.Tensor]) -> tf.Tensor:
    return tf.stack([statistics_row(tensor) for tensor in tensors])


def statistics_row(tensor: tf.Tensor) -> tf.Tensor:
    """(8,) float64 in the order of `STATISTICS`, in graph or eagerly.

    float64: the square of a vanished gradient, 1e-25, is 0 in float32.
    """
    values = tf.cast(tensor, tf.float64)
    size = tf.abs(values)
    mean, square = tf.reduce_mean(values), tf.reduce_mean(tf.square(values))
    columns = (
        mean,
        tf.math.reduce_std(values),
        tf.sqrt(square),
        tf.reduce_mean(size),
        tf.reduce_sum(size),
        tf.reduce_min(values),
        tf.reduce_max(values),
        tf.reduce_mean(tf.cast(tf.equal(values, 0), tf.float64)),
    )
    return tf.stack(columns)
