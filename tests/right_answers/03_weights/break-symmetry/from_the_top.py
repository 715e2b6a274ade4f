"""From the output down, with Keras initializers, and set_weights."""

import keras
import numpy as np


def break_symmetry(model, seed):
    hidden = len(model.layers) - 1
    for i in range(hidden - 1, -1 if hidden % 2 else 0, -2):
        layer = model.layers[i]
        new = keras.initializers.RandomNormal(0.0, 0.5, seed=1000 * seed + i)(layer.kernel.shape)
        layer.set_weights([np.asarray(new), layer.get_weights()[1]])
