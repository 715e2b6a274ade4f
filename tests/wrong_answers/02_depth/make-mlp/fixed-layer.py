"""The output layer has one seed for all nets."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for i in range(depth):
        model.add(keras.layers.Dense(width, activation, kernel_initializer=initializer(seed=1000 * seed + i)))
    model.add(keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer(seed=999)))
    return model
