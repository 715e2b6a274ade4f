"""The norm over the root of the number of entries, kernels found by their variable."""

import numpy as np


def layer_rms(model, gradients):
    by_path = {v.path: np.asarray(g, float) for v, g in zip(model.trainable_variables, gradients, strict=True)}
    kernels = {layer.name: by_path[layer.kernel.path] for layer in model.layers}
    return {name: np.linalg.norm(k) / np.sqrt(k.size) for name, k in kernels.items()}
