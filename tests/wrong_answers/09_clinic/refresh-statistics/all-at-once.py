import keras
import numpy as np


def refresh(model, X):
    inputs, h = [], X
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            inputs.append((layer, np.asarray(h)))
        h = layer(h)
    for layer, z in inputs:
        axes = tuple(range(z.ndim - 1))
        layer.moving_mean.assign(z.mean(axes))
        layer.moving_variance.assign(z.var(axes))
