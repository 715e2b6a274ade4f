"""A layer's gradient is that of kernel and bias."""

import numpy as np


def layer_rms(model, gradients):
    sizes = {}
    for layer, gradient in zip(model.layers, zip(gradients[::2], gradients[1::2], strict=True), strict=True):
        g = np.concatenate([np.ravel(np.asarray(part, float)) for part in gradient])
        sizes[layer.name] = np.sqrt(np.mean(g**2))
    return sizes
