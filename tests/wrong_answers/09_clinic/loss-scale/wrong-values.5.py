"""The borders of float16 by hand, without its rounding."""

import numpy as np


def loss_scale(gradients, share):
    sizes = np.abs(np.concatenate([np.ravel(g) for g in gradients]).astype(float))
    sizes = sizes[sizes > 0]
    for power in range(41):
        if 2.0**power * sizes.max() <= 65504 and np.mean(2.0**power * sizes <= 2.0**-25) <= share:
            return 2.0**power
    return None
