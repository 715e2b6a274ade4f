"""No Input layer: it is built when it first sees data."""

import keras


def make_mlp(depth, width, activation, initializer, seed):
    units = [width] * depth + [1]
    bends = [activation] * depth + ["sigmoid"]
    kernels = [initializer(seed=seed + 10_000 * i) for i in range(depth + 1)]
    zipped = zip(units, bends, kernels, strict=True)
    return keras.Sequential([keras.layers.Dense(u, b, kernel_initializer=k) for u, b, k in zipped])
