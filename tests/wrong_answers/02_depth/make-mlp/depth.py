"""The output counts as one of the layers."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth):
        units = width if layer < depth - 1 else 1
        phi = activation if layer < depth - 1 else "sigmoid"
        kernel = initializer(seed=1000 * seed + layer)
        model.add(keras.layers.Dense(units, activation=phi, kernel_initializer=kernel))
    return model
