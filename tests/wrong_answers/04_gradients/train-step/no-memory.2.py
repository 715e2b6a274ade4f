"""A new optimizer at every step."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()
memory = {}


def train_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = bce(y, model(X, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.__class__.from_config(optimizer.get_config()).apply(gradients, model.trainable_variables)
    return loss, gradients
