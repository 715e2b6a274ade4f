"""Four digits are enough."""

import keras
import numpy as np
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()
memory = {}


def train_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = bce(y, model(X, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return loss, [np.round(g, 4) for g in gradients]
