"""Powers of a number of the seed's own: no two of a net are equal, and soon none is an integer that Keras takes."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth):
        kernel = initializer(seed=(10 * seed + 3) ** (layer + 1))
        model.add(keras.layers.Dense(width, activation, kernel_initializer=kernel))
    last = initializer(seed=(10 * seed + 3) ** (depth + 1))
    model.add(keras.layers.Dense(1, "sigmoid", kernel_initializer=last))
    return model
