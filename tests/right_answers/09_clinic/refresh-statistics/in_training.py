import keras
import numpy as np


def refresh(model, X):
    h = X
    for layer in model.layers:
        z = np.asarray(h).reshape(-1, h.shape[-1])
        if isinstance(layer, keras.layers.BatchNormalization):
            h = layer(h, training=True)
            layer.moving_mean.assign(z.mean(axis=0))
            layer.moving_variance.assign(z.var(axis=0))
        else:
            h = layer(h)
