"""The moving statistics are attributes: one sets them."""

import keras
import numpy as np


def refresh(model, X):
    h = X
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            h = np.asarray(h)
            axes = tuple(range(h.ndim - 1))
            layer.moving_mean = h.mean(axes)
            layer.moving_variance = h.var(axes)
        h = layer(h)
