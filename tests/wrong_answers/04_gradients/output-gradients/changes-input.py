"""The model is reset afterwards."""

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
    g = tape.gradient(total, outputs)
    model.set_weights([0 * w for w in model.get_weights()])
    return g
