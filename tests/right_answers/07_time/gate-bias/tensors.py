"""Searches the bias; assigns a concatenated tensor."""

import numpy as np


def gate_bias(steps, left):
    low, high = -60.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if -steps * np.log1p(np.exp(-middle)) < np.log(left) else (low, middle)
    return np.float32(middle)


def open_gate(layer, bias):
    import tensorflow as tf

    first, _, third, fourth = tf.split(layer.cell.bias.value, 4)
    layer.cell.bias.assign(tf.concat([first, tf.fill(first.shape, tf.cast(bias, first.dtype)), third, fourth], 0))
