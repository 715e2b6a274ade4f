"""A tape with the gradient stopped; a set."""

import numpy as np


def truncated(X, hs, U, error, window):
    import tensorflow as tf

    T, kernel, into = X.shape[1], tf.constant(U), tf.zeros((X.shape[2], U.shape[1]), tf.float64)
    first = max(0, T - window)
    state = tf.constant(hs[first])
    with tf.GradientTape() as tape:
        tape.watch([into, kernel])
        for t in range(first, T):
            side = np.arctanh(hs[t + 1]) - hs[t] @ U
            state = tf.tanh(side + tf.constant(X[:, t]) @ into + state @ kernel)
        loss = tf.reduce_sum(error * state)
    return tape.gradient(loss, [into, kernel])


def deaf_inputs(X, window):
    largest = np.abs(X[:, max(0, X.shape[1] - window) :]).max(axis=(0, 1))
    return {int(j) for j in np.where(largest == 0)[0]}
