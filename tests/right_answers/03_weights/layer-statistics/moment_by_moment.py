"""One moment after the other, with plain loops, in float32."""

import numpy as np


def layer_statistics(kernels):
    statistics = {}
    for layer in kernels:
        means, deviations = [], []
        for kernel in kernels[layer]:
            flat = np.ravel(kernel).astype("float32")
            means.append(flat.sum() / flat.size)
            deviations.append(np.sqrt(np.mean(flat**2) - np.mean(flat) ** 2))
        statistics[layer] = [means, deviations]
    return statistics
