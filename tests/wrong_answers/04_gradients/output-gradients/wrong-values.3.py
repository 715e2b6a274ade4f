"""Clipped at 1."""

import keras
import numpy as np
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
    return {k: np.clip(v, -1, 1) for k, v in tape.gradient(total, outputs).items()}
