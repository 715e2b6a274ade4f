"""Lets the layer itself do it, in one pass without memory, and leaves it without memory."""

import keras


def refresh(model, X):
    h = X
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
            layer(h, training=True)
        h = layer(h)
