"""A formula of my own makes the step."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()
memory = {}


def train_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = bce(y, model(X, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    for v, g in zip(model.trainable_variables, gradients, strict=False):
        v.assign_sub(float(optimizer.learning_rate) * g)
    return loss, gradients
