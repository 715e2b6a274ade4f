"""The first layer is the input."""

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
        total = len(X) * bce(y, h)
    del outputs["output"], outputs[model.layers[0].name]
    return tape.gradient(total, outputs)
