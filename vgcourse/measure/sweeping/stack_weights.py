"""The initial weights of `mlp` for many seeds at once."""

import functools

import keras
import numpy as np
import tensorflow as tf

from vgcourse.measure import keras_private
from vgcourse.nets import models


def initial_kernels(initializer, shape: tuple[int, int], layer: int, seeds, argument="initializer") -> np.ndarray:
    """Kernel number `layer` of ``mlp(..., initializer=initializer, seed=s)`` for each s: (runs, *shape).

    Calling an initializer costs about a millisecond, so the calls for all seeds are made inside one graph.

    Raises:
        ValueError: naming `argument`, where the initializer is unknown.
    """
    numbers = [models._seed(s, layer) for s in seeds]
    made = models._initializer(argument, initializer, 0)
    if keras_private.is_of_keras(type(made)) and isinstance(getattr(made, "seed", None), int):
        graph = _graph(type(made), repr(sorted(made.get_config().items())), shape, _Hidden(made))
        return graph(tf.constant(numbers, tf.int64)).numpy()
    one_by_one = [models._initializer(argument, initializer, n) for n in numbers]
    return np.stack([np.asarray(each(shape, "float32")) for each in one_by_one])


class _Hidden:
    """An argument that does not count in a cache's key."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, _Hidden)

    def __hash__(self):
        return 0


class _Drawn(keras.random.SeedGenerator):
    """A seed that is a tensor: what Keras makes of a whole number, while a graph is traced."""

    def __init__(self, seed):
        self.seed = seed

    def next(self, ordered=True):
        return tf.stack([self.seed, 0])


@functools.lru_cache(maxsize=256)
def _graph(kind: type, settings: str, shape: tuple[int, int], initializer: _Hidden):
    def kernel(seed):
        seeded = kind.from_config(initializer.value.get_config())
        seeded.seed = _Drawn(seed)
        return seeded(shape, "float32")

    @tf.function(autograph=False, input_signature=[tf.TensorSpec([None], tf.int64)])
    def kernels(seeds):
        dtype = keras_private.random_seed_dtype()
        return tf.map_fn(kernel, tf.cast(seeds, dtype), fn_output_signature=tf.float32, parallel_iterations=1)

    return kernels.get_concrete_function()
