"""Hidden layers count in thousands, the output layer goes by the seed's thousands."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth):
        model.add(keras.layers.Dense(width, activation, kernel_initializer=initializer(seed=seed + 1000 * layer)))
    last = initializer(seed=1000 * seed + depth)
    model.add(keras.layers.Dense(1, "sigmoid", kernel_initializer=last))
    return model
