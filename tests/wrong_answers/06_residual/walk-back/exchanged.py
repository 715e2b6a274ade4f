"""Which was which?"""

import numpy as np
import tensorflow as tf


def walk(x, kernels, skip=1.0, scale=1.0):
    xs = [x]
    for kernel in kernels:
        xs.append(skip * xs[-1] + scale * np.maximum(xs[-1], 0) @ kernel)
    return xs


def walk_back(x, kernels, error, skip=1.0, scale=1.0):
    xs, errors = walk(x, kernels, skip, scale), [error]
    for before, kernel in zip(xs[-2::-1], kernels[::-1], strict=True):
        errors.insert(0, scale * errors[0] + skip * (errors[0] @ kernel.T) * (before > 0))
    return errors


def tape_back(x, kernels, error, skip=1.0, scale=1.0):
    xs = [tf.constant(x)]
    with tf.GradientTape() as tape:
        tape.watch(xs[0])
        for kernel in kernels:
            xs.append(skip * xs[-1] + scale * tf.nn.relu(xs[-1]) @ kernel)
        loss = tf.reduce_sum(error * xs[-1])
    return tape.gradient(loss, xs)
