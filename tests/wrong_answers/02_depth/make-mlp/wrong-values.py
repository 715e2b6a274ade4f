"""The layer and an Activation layer after it: bent twice."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth + 1):
        units = width if layer < depth else 1
        kernel = initializer(seed=1000 * seed + layer)
        model.add(keras.layers.Dense(units, kernel_initializer=kernel))
        for _ in range(2 if layer < depth else 1):
            model.add(keras.layers.Activation(activation if layer < depth else "sigmoid"))
    return model
