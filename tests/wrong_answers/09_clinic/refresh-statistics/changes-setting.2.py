"""Freezes all but the normalisations, so that nothing else may change."""

import keras
import numpy as np


def refresh(model, X):
    h = X
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            values = np.asarray(h).reshape(-1, h.shape[-1])
            layer.moving_mean.assign(values.mean(axis=0))
            layer.moving_variance.assign(values.var(axis=0))
        else:
            layer.trainable = False
        h = layer(h)
