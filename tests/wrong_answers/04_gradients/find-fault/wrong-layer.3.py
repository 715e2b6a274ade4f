"""Where the signal is lost."""

import keras
import numpy as np
import tensorflow as tf


def walk(model, X, y):
    outputs = {}
    with tf.GradientTape() as tape:
        h = tf.constant(X)
        for layer in model.layers:
            h = outputs[layer.name] = layer(h)
        loss = keras.losses.BinaryCrossentropy()(y, h)
    del outputs["output"]
    return outputs, tape.gradient(loss, outputs)


def kernels(model, X, y):
    with tf.GradientTape() as tape:
        loss = keras.losses.BinaryCrossentropy()(y, model(X))
    g = tape.gradient(loss, model.trainable_variables)[::2]
    return {layer.name: gi for layer, gi in zip(model.layers[:-1], g, strict=False)}


def find_fault(model, X, y):
    outputs, gradients = walk(model, X, y)
    names = list(outputs)
    size = {name: np.sqrt(np.mean(np.asarray(g) ** 2)) for name, g in gradients.items()}
    {names[i]: size[names[i - 1]] / size[names[i]] for i in range(1, len(names))}
    s = {n: np.sqrt(np.mean(np.square(h))) for n, h in outputs.items()}
    layer = min(names[1:], key=lambda n: s[n] / s[names[names.index(n) - 1]])
    dead = []
    for name, h in outputs.items():
        h = np.asarray(h)
        dead += [(name, int(unit)) for unit in np.flatnonzero((h == 0).all(axis=0))]
    return layer, dead
