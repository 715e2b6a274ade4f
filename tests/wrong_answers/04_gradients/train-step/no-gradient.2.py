"""The prediction can be made before the tape runs."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def train_step(model, optimizer, X, y):
    p = model(X)
    with tf.GradientTape() as tape:
        loss = bce(y, p)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return loss, gradients
