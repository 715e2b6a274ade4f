"""A step by hand, with a learning rate of one's own."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def train_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = bce(y, model(X))
    gradients = tape.gradient(loss, model.trainable_variables)
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        variable.assign_sub(0.01 * gradient)
    return loss, gradients
