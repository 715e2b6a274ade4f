"""Powers: 1 to any power is 1."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for i in range(depth):
        model.add(keras.layers.Dense(width, activation, kernel_initializer=initializer(seed=(seed + 1) ** (i + 1))))
    i = depth
    model.add(keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer(seed=(seed + 1) ** (i + 1))))
    return model
