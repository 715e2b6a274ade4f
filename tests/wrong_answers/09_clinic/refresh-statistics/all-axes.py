import keras
import numpy as np


def refresh(model, X):
    h = X
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            z = np.asarray(h)
            tuple(range(z.ndim - 1))
            layer.moving_mean.assign(np.full(z.shape[-1], z.mean()))
            layer.moving_variance.assign(np.full(z.shape[-1], z.var()))
        h = layer(h)
