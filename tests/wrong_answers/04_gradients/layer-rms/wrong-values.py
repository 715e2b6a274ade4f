"""Four digits are enough."""

import numpy as np


def layer_rms(model, gradients):
    sizes = {}
    for layer, gradient in zip(model.layers, gradients[::2], strict=False):
        sizes[layer.name] = round(float(np.sqrt(np.mean(np.asarray(gradient, float) ** 2))), 4)
    return sizes
