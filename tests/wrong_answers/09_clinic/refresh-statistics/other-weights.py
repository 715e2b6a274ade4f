import keras
import numpy as np


def refresh(model, X):
    h = X
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            z = np.asarray(h)
            axes = tuple(range(z.ndim - 1))
            layer.moving_mean.assign(z.mean(axes))
            layer.moving_variance.assign(z.var(axes))
            layer.gamma.assign(0 * layer.gamma + 1)
            layer.beta.assign(0 * layer.beta)
        h = layer(h)
