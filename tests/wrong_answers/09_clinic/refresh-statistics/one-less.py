import keras
import numpy as np


def refresh(model, X):
    h = X
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            z = np.asarray(h).reshape(-1, h.shape[-1])
            layer.moving_mean.assign(z.mean(axis=0))
            layer.moving_variance.assign(z.var(axis=0, ddof=1))
            h = layer(h, training=False)
        else:
            h = layer(h)
