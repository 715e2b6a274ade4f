import numpy as np


def loss_scale(gradients, share):
    sizes = np.sort(np.abs(np.concatenate([g.ravel() for g in gradients])))
    sizes = sizes[sizes > 0].astype("float64")
    # Half of the smallest subnormal number is rounded to 0.
    for k in range(41):
        if sizes[-1] * 2.0**k >= 65520:
            return None
        if np.mean(sizes * 2.0**k <= 2.0**-25) <= share:
            return np.float32(2.0**k)
