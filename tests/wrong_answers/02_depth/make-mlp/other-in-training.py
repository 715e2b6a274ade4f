"""Against overfitting."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth):
        model.add(keras.layers.Dense(width, activation, kernel_initializer=initializer(seed=1000 * seed + layer)))
    model.add(keras.layers.Dropout(0.5))
    model.add(keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer(seed=1000 * seed + depth)))
    return model
