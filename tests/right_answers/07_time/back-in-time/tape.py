"""TensorFlow, single precision."""

import itertools

import numpy as np


def back_in_time(hs, U, error):
    import tensorflow as tf

    kernel = tf.constant(U, tf.float32)
    known = [np.arctanh(h) - before @ U for before, h in itertools.pairwise(hs)]
    with tf.GradientTape() as tape:
        states = [tf.constant(hs[0], tf.float32)]
        tape.watch([kernel, states[0]])
        for side in known:
            states.append(tf.tanh(tf.constant(side, tf.float32) + states[-1] @ kernel))
        loss = tf.reduce_sum(tf.constant(error, tf.float32) * states[-1])
    *errors, dU = tape.gradient(loss, [*states, kernel])
    return errors, dU
