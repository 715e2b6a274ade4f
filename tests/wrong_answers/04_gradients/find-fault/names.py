"""Believes that layers are always called as in the lesson."""

import itertools

import keras
import numpy as np
import tensorflow as tf


def find_fault(model, X, y):
    outputs, dead = [], []
    with tf.GradientTape() as tape:
        h = tf.convert_to_tensor(X)
        for layer in model.layers:
            h = layer(h)
            outputs.append(h)
        loss = keras.losses.BinaryCrossentropy()(y, h)
    gradients = tape.gradient(loss, outputs[:-1])
    for i, h in enumerate(outputs[:-1], 1):
        dead += [(f"hidden_{i}", int(unit)) for unit in np.flatnonzero((h.numpy() == 0).all(axis=0))]
    sizes = [np.sqrt(np.mean(np.square(g, dtype=float))) for g in gradients]
    lost = [below / above for below, above in itertools.pairwise(sizes)]
    return f"hidden_{int(np.argmin(lost)) + 2}", dead
