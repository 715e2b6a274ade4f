import keras
import numpy as np


def refresh(model, X):
    h = X
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            z = np.asarray(h)
            axes = tuple(range(z.ndim - 1))
            layer.moving_mean.assign(z.mean(axes))
            layer.moving_variance.assign(z.std(axes))
        h = layer(h)
