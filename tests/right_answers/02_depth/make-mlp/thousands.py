"""A thousand for each layer, as seeds are below."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth + 1):
        units = width if layer < depth else 1
        phi = activation if layer < depth else "sigmoid"
        kernel = initializer(seed=seed + 1000 * layer)
        model.add(keras.layers.Dense(units, activation=phi, kernel_initializer=kernel))
    return model
