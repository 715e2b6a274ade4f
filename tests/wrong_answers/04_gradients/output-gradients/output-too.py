"""Every layer has an output, the last one too."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def output_gradients(model, X, y):
    outputs = {}
    with tf.GradientTape() as tape:
        h = tf.convert_to_tensor(X)
        for layer in model.layers:
            h = outputs[layer.name] = layer(h)
        total = len(X) * bce(y, h)
    return tape.gradient(total, outputs)
