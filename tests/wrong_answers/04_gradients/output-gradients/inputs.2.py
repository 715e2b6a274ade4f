"""What goes into a layer is what it is judged by; the first has only data."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def output_gradients(model, X, y):
    outputs = {}
    with tf.GradientTape() as tape:
        h = tf.convert_to_tensor(X)
        for layer in model.layers:
            outputs[layer.name] = h
            h = layer(h)
        total = len(X) * bce(y, h)
    del outputs[model.layers[0].name]
    return tape.gradient(total, outputs)
