"""The layers are called as in all nets of this lesson."""

import keras
import tensorflow as tf

bce = keras.losses.BinaryCrossentropy()


def output_gradients(model, X, y):
    outputs = {}
    with tf.GradientTape() as tape:
        h = tf.convert_to_tensor(X)
        for number, layer in enumerate(model.layers, 1):
            h = outputs[f"hidden_{number}"] = layer(h)
        total = len(X) * bce(y, h)
    outputs.popitem()
    return tape.gradient(total, outputs)
