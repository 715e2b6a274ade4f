import keras
import numpy as np


def chance_loss(y, kind):
    y = np.asarray(y, "float32")
    if kind == "numbers":
        return keras.losses.MeanSquaredError()(y, np.broadcast_to(y.mean(axis=0), y.shape)).numpy()
    _, where, counts = np.unique(y.ravel(), return_inverse=True, return_counts=True)
    share = (counts / counts.sum()).astype("float64")
    return np.mean(-np.log(share[where]))
