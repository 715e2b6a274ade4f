"""Sets the statistics, and takes the layers' memory away so that the next pass keeps none of the old ones."""

import keras
import numpy as np


def refresh(model, X):
    h = X
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            h = np.asarray(h)
            axes = tuple(range(h.ndim - 1))
            layer.moving_mean.assign(h.mean(axes))
            layer.moving_variance.assign(h.var(axes))
            layer.momentum = 0.0
        h = layer(h)
