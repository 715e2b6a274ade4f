"""Each layer with a tape, in single precision."""

import keras
import tensorflow as tf


def pretrain(X, layers, rate, steps):
    h, handed = tf.constant(X, "float32"), []
    for layer in layers:
        parts = [tf.Variable(tf.constant(part, "float32")) for part in layer]
        for _ in range(steps):
            with tf.GradientTape() as tape:
                W, b, V, c = parts
                gap = tf.sigmoid(h @ W + b) @ V + c - h
                loss = tf.reduce_mean(tf.reduce_sum(gap**2, axis=1)) / 2
            keras.optimizers.SGD(rate).apply(tape.gradient(loss, parts), parts)
        handed.append((parts[0].numpy(), parts[1].numpy()))
        h = tf.sigmoid(h @ parts[0] + parts[1])
    return handed
