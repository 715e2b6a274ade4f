"""A dictionary says which gradient is whose."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def train_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = bce(y, model(X))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return loss, {v.path: g for v, g in zip(model.trainable_variables, gradients, strict=True)}
