"""The axes are kept, so that the kernels can be scaled."""

import numpy as np


def layer_statistics(kernels):
    kept = {"axis": (1, 2), "keepdims": True}
    return {n: (np.mean(k, **kept), np.var(k, **kept)) for n, k in kernels.items()}
