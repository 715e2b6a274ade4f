"""All gradients laid flat, so that they can be joined."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def train_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = bce(y, model(X, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return loss, [tf.reshape(gradient, -1) for gradient in gradients]
