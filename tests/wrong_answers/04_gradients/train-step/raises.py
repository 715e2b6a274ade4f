"""The optimizer takes pairs, as it did in Keras 2."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def train_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = bce(y, model(X))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(zip(gradients, model.trainable_variables, strict=False))
    return loss, gradients
