"""What goes into a layer is the layer's."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def output_gradients(model, X, y):
    outputs = {}
    with tf.GradientTape() as tape:
        h = tf.constant(X)
        for layer in model.layers:
            tape.watch(h)
            outputs[layer.name] = h
            h = layer(h)
        total = len(X) * bce(y, h)
    del outputs["output"]
    return tape.gradient(total, outputs)
