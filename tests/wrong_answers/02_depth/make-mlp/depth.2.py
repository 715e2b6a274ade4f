"""One layer for the input as well."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth + 2):
        units = width if layer <= depth else 1
        phi = activation if layer <= depth else "sigmoid"
        kernel = initializer(seed=1000 * seed + layer)
        model.add(keras.layers.Dense(units, activation=phi, kernel_initializer=kernel))
    return model
