"""keepdims=True keeps two axes of length 1."""

import numpy as np


def layer_statistics(kernels):
    axes = {"axis": (1, 2), "keepdims": True}
    return {layer: (np.mean(kernel, **axes), np.std(kernel, **axes)) for layer, kernel in kernels.items()}
