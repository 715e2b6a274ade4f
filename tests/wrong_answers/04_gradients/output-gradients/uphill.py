"""The sign of the loss is turned."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def output_gradients(model, X, y):
    outputs = {}
    with tf.GradientTape() as tape:
        h = tf.convert_to_tensor(X)
        for layer in model.layers:
            h = layer(h)
            outputs[layer.name] = h
        total = len(X) * bce(y, h)
    del outputs[model.layers[-1].name]
    return {k: -v for k, v in tape.gradient(total, outputs).items()}
