import numpy as np


def loss_scale(gradients, share):
    values = np.concatenate([np.ravel(g) for g in gradients])
    values = values[values != 0]
    best = None
    for power in range(126):
        half = (2.0**power * values).astype("float16")
        if np.isfinite(half).all() and np.mean(half == 0) <= share:
            best = 2.0**power
    return best
