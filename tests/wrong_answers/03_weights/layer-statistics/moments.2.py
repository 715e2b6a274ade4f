"""What an earlier call found under a name stays."""

import numpy as np


def make():
    found = {}

    def layer_statistics(kernels):
        for name, kernel in kernels.items():
            found.setdefault(name, (np.mean(kernel, axis=(1, 2)), np.std(kernel, axis=(1, 2))))
        return {name: found[name] for name in kernels}

    return layer_statistics


layer_statistics = make()
