"""Append and turn round; a tape a place."""

import numpy as np
import tensorflow as tf


def walk(x, kernels, skip=1.0, scale=1.0):
    xs = [x]
    for kernel in kernels:
        xs.append(skip * xs[-1] + scale * np.maximum(xs[-1], 0) @ kernel)
    return xs


def walk_back(x, kernels, error, skip=1.0, scale=1.0):
    back = [error]
    for before, kernel in zip(walk(x, kernels, skip, scale)[-2::-1], kernels[::-1], strict=True):
        branch = np.where(before > 0, np.einsum("no,io->ni", back[-1], kernel), 0.0)
        back.append(skip * back[-1] + scale * branch)
    return tuple(back[::-1])


def tape_back(x, kernels, error, skip=1.0, scale=1.0):
    gradients = []
    for start, before in enumerate(walk(x, kernels, skip, scale)):
        h = place = tf.Variable(before)
        with tf.GradientTape() as tape:
            for kernel in kernels[start:]:
                h = skip * h + scale * tf.nn.relu(h) @ kernel
            loss = tf.reduce_sum(h * error)
        gradients.append(tf.convert_to_tensor(tape.gradient(loss, place)))
    return gradients
