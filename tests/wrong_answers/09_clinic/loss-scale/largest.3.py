"""The last factor that fits, not the first."""

import numpy as np


def loss_scale(gradients, share):
    values, found = np.concatenate([g[g != 0] for g in gradients]), None
    for power in range(41):
        half = (2.0**power * values).astype("float16")
        if np.isfinite(half).all() and np.mean(half == 0) <= share:
            found = 2.0**power
    return found
