"""Half precision is faster."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth):
        draw = initializer(seed=1000 * seed + layer)
        model.add(keras.layers.Dense(width, activation, kernel_initializer=draw, dtype="float16"))
    model.add(keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer(seed=1000 * seed + depth)))
    return model
