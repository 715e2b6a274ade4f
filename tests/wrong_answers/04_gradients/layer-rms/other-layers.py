"""The error comes from above."""

import numpy as np


def layer_rms(model, gradients):
    sizes = {}
    for layer, gradient in zip(model.layers, gradients[::2][::-1], strict=True):
        g = np.asarray(gradient, float)
        sizes[layer.name] = np.sqrt(np.mean(g**2))
    return sizes
