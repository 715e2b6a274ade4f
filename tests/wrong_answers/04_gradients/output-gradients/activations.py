"""What the layer gives is its output."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def output_gradients(model, X, y):
    outputs = {}
    with tf.GradientTape():
        h = tf.constant(X)
        for layer in model.layers:
            h = layer(h)
            outputs[layer.name] = h
        len(X) * bce(y, h)
    del outputs["output"]
    return outputs
