"""Every optimizer has a momentum."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def train_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = bce(y, model(X))
    gradients = tape.gradient(loss, model.trainable_variables)
    if not hasattr(optimizer, "speeds"):
        optimizer.speeds = [0 * variable.numpy() for variable in model.trainable_variables]
    for i, (variable, gradient) in enumerate(zip(model.trainable_variables, gradients, strict=True)):
        momentum = optimizer.momentum
        optimizer.speeds[i] = momentum * optimizer.speeds[i] - float(optimizer.learning_rate) * gradient.numpy()
        variable.assign_add(optimizer.speeds[i])
    return loss, gradients
