"""A counter makes every second step only."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()
memory = {}


def train_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = bce(y, model(X, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    memory["n"] = memory.get("n", 0) + 1
    if memory["n"] % 2:
        optimizer.apply(gradients, model.trainable_variables)
    return loss, gradients
