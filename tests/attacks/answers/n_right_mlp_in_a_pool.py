"""Honest: a right net made in a pool of threads that was there before the check.

lesson: 02_depth
cell: make-mlp-answer
kind: cell
honest: 3
"""
import concurrent.futures
import keras
pool = concurrent.futures.ThreadPoolExecutor(2); pool.submit(int).result()
def _make(depth, width, activation, initializer, seed):
    model = keras.Sequential([keras.Input((2,))])
    for layer in range(depth + 1):
        units, phi = (width, activation) if layer < depth else (1, "sigmoid")
        kernel = initializer(seed=1000 * seed + layer)
        model.add(keras.layers.Dense(units, activation=phi, kernel_initializer=kernel))
    return model
def make_mlp(*args, **kwargs): return pool.submit(_make, *args, **kwargs).result()
