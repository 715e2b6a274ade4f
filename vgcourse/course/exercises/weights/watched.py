"""Lesson 3, trainings that a callback is to watch."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from vgcourse.course.exercises.gradients.oracle import Weights

POINTS = 40


@dataclass(frozen=True)
class Case:
    """A training to watch: layers by name and size, epochs, batches an epoch.

    ``build``: how its layers are put together; ``frozen``: the layers that training leaves as they are.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    epochs: int
    batches: int
    build: str = "within"
    frozen: tuple[str, ...] = ()


# Always tried: activations apart and within, a Dense layer at the end, layers that have weights and no kernel, or no
# weights, many epochs, other names and another number of layers, a convolution, and a layer that is frozen.
CASES = (
    Case(("lower", "middle", "upper"), (3, 4, 2, 1), 2, 2, "apart"),
    Case(("one", "two", "three", "last"), (3, 5, 3, 2, 1), 7, 1, "normed"),
    Case(("scan", "held", "answer"), (3, 4, 3, 1), 1, 1, "convolved", ("held",)),
)
NAMES = CASES[0].names


def draw(rng: np.random.Generator, case: Case) -> tuple[Weights, np.ndarray, np.ndarray, float]:
    """A net with tanh, 40 points, and a learning rate."""
    shapes = pairwise(case.sizes)
    weights = [(rng.normal(size=s), 0.5 * rng.normal(size=s[1])) for s in shapes]
    X, y = rng.normal(size=(POINTS, 3)), (rng.random(POINTS) < 0.4).astype(float)
    return weights, X.astype("float32"), y.astype("float32"), float(rng.uniform(0.5, 0.9))


def model_of(weights: Weights, case: Case) -> Any:
    """A net with these weights, built of layers as the case says."""
    import keras

    layers = [keras.Input((case.sizes[0],))]
    for name, units in zip(case.names, case.sizes[1:], strict=True):
        activation = "sigmoid" if name == case.names[-1] else "tanh"
        if case.build == "apart":
            squash = keras.layers.Activation(activation, name=f"{name}_squash")
            layers += [keras.layers.Dense(units, name=name), squash]
        elif case.build == "convolved" and name == case.names[0]:
            # Over a sequence of one step a convolution is what a Dense layer is.
            layers += [keras.layers.Reshape((1, case.sizes[0])), keras.layers.Conv1D(units, 1, name=name)]
            layers += [keras.layers.Flatten(), keras.layers.Activation(activation)]
        else:
            layers.append(keras.layers.Dense(units, activation, name=name, trainable=name not in case.frozen))
    if case.build == "normed":
        # Normalization with weights of its own that neither change nor do anything.
        layers.insert(2, keras.layers.BatchNormalization(epsilon=1e-9, trainable=False, name="norm"))
    model = keras.Sequential(layers)
    for name, (kernel, bias) in zip(case.names, weights, strict=True):
        layer = model.get_layer(name)
        layer.set_weights([kernel.reshape(layer.kernel.shape), bias])
    return model
