"""The median does not mind outliers."""

import numpy as np


def layer_rms(model, gradients):
    sizes = {}
    for layer, gradient in zip(model.layers, gradients[::2], strict=True):
        g = np.asarray(gradient, float)
        sizes[layer.name] = np.median(np.abs(g))
    return sizes
