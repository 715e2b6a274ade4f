"""Norms instead of root mean squares: the number of weights cancels. A list."""

import numpy as np


def update_ratio(kernels):
    ratios = []
    for t in range(len(kernels) - 1):
        update = np.linalg.norm(kernels[t + 1] - kernels[t])
        ratios.append(np.log10(update) - np.log10(np.linalg.norm(kernels[t])))
    return ratios
