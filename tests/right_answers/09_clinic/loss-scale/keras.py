import keras
import numpy as np


def loss_scale(gradients, share):
    flat = keras.ops.concatenate([keras.ops.reshape(g, (-1,)) for g in gradients])
    there = np.asarray(flat) != 0
    for factor in np.logspace(0, 40, 41, base=2):
        half = np.asarray(keras.ops.cast(flat * float(factor), "float16"))
        if not np.isfinite(half).all():
            break
        if (half[there] == 0).mean() <= share:
            return int(factor)
