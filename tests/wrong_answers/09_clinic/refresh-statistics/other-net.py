"""Walks in training mode but for the normalisations: where a Dropout stands, what comes in is not what comes in."""

import keras
import numpy as np


def refresh(model, X):
    h = X
    for layer in model.layers:
        is_norm = isinstance(layer, keras.layers.BatchNormalization)
        if is_norm:
            values = np.asarray(h).reshape(-1, h.shape[-1])
            layer.moving_mean.assign(values.mean(axis=0))
            layer.moving_variance.assign(values.var(axis=0))
        h = layer(h, training=not is_norm) if is_norm or isinstance(layer, keras.layers.Dropout) else layer(h)
