"""The loss by its formula, labels as a column, numbers given back."""

import tensorflow as tf


def train_step(model, optimizer, X, y):
    y = tf.reshape(tf.cast(y, tf.float32), (-1, 1))
    with tf.GradientTape() as tape:
        p = tf.clip_by_value(model(tf.constant(X), training=True), 1e-7, 1 - 1e-7)
        loss = -tf.reduce_mean(y * tf.math.log(p) + (1 - y) * tf.math.log(1 - p))
    gradients = tape.gradient(loss, model.trainable_weights)
    optimizer.apply(gradients, model.trainable_weights)
    return float(loss), [g.numpy() for g in gradients]
