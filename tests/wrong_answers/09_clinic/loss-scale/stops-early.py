"""Up to 2**40: so the range ends at 40."""

import numpy as np


def loss_scale(gradients, share):
    values = np.concatenate([np.ravel(g) for g in gradients])
    values = values[values != 0]
    for power in range(40):
        half = (2.0**power * values).astype("float16")
        if np.isfinite(half).all() and np.mean(half == 0) <= share:
            return 2.0**power
    return None
