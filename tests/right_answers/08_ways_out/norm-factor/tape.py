"""A tape through the whole."""

import tensorflow as tf


def norm_factor(X, kernels, error):
    h = first = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(first)
        for W in kernels:
            mean, variance = tf.nn.moments(h @ W, axes=[0])
            h = tf.nn.relu(tf.nn.batch_normalization(h @ W, mean, variance, None, None, 1e-3))
        loss = tf.reduce_sum(h * error)
    down = tape.gradient(loss, first)
    return (tf.norm(down) / tf.norm(error) * (error.size / X.size) ** 0.5) ** (1 / len(kernels))
