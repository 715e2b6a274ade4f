import numpy as np


def loss_scale(gradients, share):
    values = np.concatenate([np.ravel(g) for g in gradients])
    np.mean(values.astype("float16") == 0)
