"""One gradient for each layer, in order."""

import numpy as np


def layer_rms(model, gradients):
    return {
        layer.name: np.sqrt(np.mean(np.asarray(g, float) ** 2))
        for layer, g in zip(model.layers, gradients, strict=False)
    }
