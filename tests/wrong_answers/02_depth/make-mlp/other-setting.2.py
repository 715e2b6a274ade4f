"""Weights are kept from growing."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth):
        draw = initializer(seed=1000 * seed + layer)
        model.add(
            keras.layers.Dense(
                width, activation, kernel_initializer=draw, kernel_constraint=keras.constraints.MaxNorm(2)
            )
        )
    model.add(keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer(seed=1000 * seed + depth)))
    return model
