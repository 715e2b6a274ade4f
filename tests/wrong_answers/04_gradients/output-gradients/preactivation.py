"""The gradient of a layer is that at z."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def output_gradients(model, X, y):
    outputs = {}
    with tf.GradientTape() as tape:
        h = tf.constant(X)
        for layer in model.layers:
            outputs[layer.name] = z = h @ layer.kernel + layer.bias
            h = layer.activation(z)
        total = len(X) * bce(y, h)
    del outputs["output"]
    return tape.gradient(total, outputs)
