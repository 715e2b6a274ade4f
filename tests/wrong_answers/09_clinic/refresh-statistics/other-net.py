"""Takes for granted that something stands below every normalisation."""

import itertools

import keras
import numpy as np


def refresh(model, X):
    h = X
    for below, layer in itertools.pairwise(model.layers):
        h = below(h)
        if isinstance(layer, keras.layers.BatchNormalization):
            values = np.asarray(h).reshape(-1, h.shape[-1])
            layer.moving_mean.assign(values.mean(axis=0))
            layer.moving_variance.assign(values.var(axis=0))
