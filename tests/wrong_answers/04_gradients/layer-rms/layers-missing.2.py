"""Five layers, as in the lesson."""

import numpy as np


def layer_rms(model, gradients):
    sizes = {}
    for layer, gradient in zip(model.layers, gradients[::2][:5], strict=False):
        sizes[layer.name] = np.sqrt(np.mean(np.asarray(gradient, float) ** 2))
    return sizes
