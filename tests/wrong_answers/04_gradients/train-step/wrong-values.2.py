"""Gradients are clipped, so that nothing explodes."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()
memory = {}


def train_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = bce(y, model(X, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    gradients = [tf.clip_by_value(g, -1.0, 1.0) for g in gradients]
    optimizer.apply(gradients, model.trainable_variables)
    return loss, gradients
