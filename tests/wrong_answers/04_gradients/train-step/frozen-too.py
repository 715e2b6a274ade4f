"""All weights, trainable or not."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()
memory = {}


def train_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = bce(y, model(X, training=True))
    gradients = tape.gradient(loss, model.weights)
    optimizer.apply(gradients, model.weights)
    return loss, gradients
