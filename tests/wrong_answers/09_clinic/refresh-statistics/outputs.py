import keras
import numpy as np


def refresh(model, X):
    h = X
    for layer in model.layers:
        h = np.asarray(layer(h))
        if isinstance(layer, keras.layers.BatchNormalization):
            axes = tuple(range(h.ndim - 1))
            layer.moving_mean.assign(h.mean(axes))
            layer.moving_variance.assign(h.var(axes))
