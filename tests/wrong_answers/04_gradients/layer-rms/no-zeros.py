"""Zeros do not count."""

import numpy as np


def layer_rms(model, gradients):
    sizes = {}
    for layer, gradient in zip(model.layers, gradients[::2], strict=False):
        sizes[layer.name] = np.sqrt(np.mean(np.asarray(gradient, float)[np.asarray(gradient) != 0] ** 2))
    return sizes
