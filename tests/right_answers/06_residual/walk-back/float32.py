"""Jacobians by hand, and a tape in float32 with output_gradients."""

import numpy as np
import tensorflow as tf


def walk(x, kernels, skip=1.0, scale=1.0):
    xs = [x]
    for kernel in kernels:
        xs.append(skip * xs[-1] + scale * np.maximum(xs[-1], 0) @ kernel)
    return xs


def walk_back(x, kernels, error, skip=1.0, scale=1.0):
    xs, width = walk(x, kernels, skip, scale), x.shape[1]
    out = np.zeros((len(kernels) + 1, *x.shape))
    out[-1] = error
    for i in range(len(kernels) - 1, -1, -1):
        for row in range(len(x)):
            jacobian = skip * np.eye(width) + scale * kernels[i].T * (xs[i][row] > 0)
            out[i, row] = out[i + 1, row] @ jacobian
    return out


def tape_back(x, kernels, error, skip=1.0, scale=1.0):
    h = tf.cast(x, "float32")
    with tf.GradientTape() as tape:
        tape.watch(h)
        places = [h]
        for kernel in kernels:
            h = skip * h + scale * tf.matmul(tf.nn.relu(h), tf.cast(kernel, "float32"))
            places.append(h)
    return tape.gradient(h, places, output_gradients=tf.cast(error, "float32"))
