"""Ten seeds for each net, and nets of twenty layers."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for i in range(depth):
        model.add(keras.layers.Dense(width, activation, kernel_initializer=initializer(seed=10 * seed + i)))
    i = depth
    model.add(keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer(seed=10 * seed + i)))
    return model
