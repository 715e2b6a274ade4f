"""As in a variance."""

import numpy as np


def layer_rms(model, gradients):
    sizes = {}
    for layer, gradient in zip(model.layers, gradients[::2], strict=True):
        g = np.asarray(gradient, float)
        sizes[layer.name] = np.sqrt(np.sum(g**2) / (g.size - 1))
    return sizes
