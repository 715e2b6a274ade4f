"""The output's sigmoid does not count: the sum of the predictions."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def output_gradients(model, X, y):
    outputs = {}
    with tf.GradientTape() as tape:
        h = tf.constant(X)
        for layer in model.layers:
            h = layer(h)
            outputs[layer.name] = h
        total = tf.reduce_sum(h)
    del outputs["output"]
    return tape.gradient(total, outputs)
