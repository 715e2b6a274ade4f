"""The largest number of float16 is not finite any more."""

import numpy as np


def loss_scale(gradients, share):
    values = np.concatenate([np.ravel(g) for g in gradients])
    values = values[values != 0]
    for power in range(41):
        half = (2.0**power * values).astype("float16")
        if np.abs(half).max() < 65504 and np.mean(half == 0) <= share:
            return 2.0**power
    return None
