"""It goes on a logarithmic axis anyway."""

import numpy as np


def layer_rms(model, gradients):
    sizes = {}
    for layer, gradient in zip(model.layers, gradients[::2], strict=True):
        g = np.asarray(gradient, float)
        sizes[layer.name] = np.log10(np.sqrt(np.mean(g**2)))
    return sizes
