"""Only kernels have gradients."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def train_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = bce(y, model(X))
    gradients = tape.gradient(loss, [layer.kernel for layer in model.layers])
    optimizer.apply(gradients, [layer.kernel for layer in model.layers])
    return loss, gradients
