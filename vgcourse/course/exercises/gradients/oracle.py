"""A multilayer perceptron in NumPy that knows all its gradients, and the same net in Keras."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Weights = list[tuple[np.ndarray, np.ndarray]]
SLOPES = {"tanh": lambda z: 1 - np.tanh(z) ** 2, "relu": lambda z: (z > 0).astype(float)}
FUNCTIONS = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}


@dataclass(frozen=True)
class Pass:
    """One forward and backward pass. All gradients are those of the *sum* of the examples' losses.

    z, h: one array (n, units) a hidden layer; loss: the mean; dz, dh: one array (n, units) a hidden layer;
    kernels, biases: one gradient a layer, the output's last.
    """

    z: list[np.ndarray]
    h: list[np.ndarray]
    loss: float
    dz: list[np.ndarray]
    dh: list[np.ndarray]
    kernels: list[np.ndarray]
    biases: list[np.ndarray]


def names(weights: Weights) -> list[str]:
    """hidden_1, hidden_2, ... output."""
    return [*(f"hidden_{i}" for i in range(1, len(weights))), "output"]


def run(weights: Weights, activation: str, X: np.ndarray, y: np.ndarray, error: Callable | None = None) -> Pass:
    """The pass of a net with one sigmoid output under binary cross-entropy.

    ``error(p, target)``, if given, replaces the output's dL/dz = p - target on the way back.
    """
    zs, hs = [], [X.astype(float)]
    for kernel, bias in weights[:-1]:
        zs.append(hs[-1] @ kernel + bias)
        hs.append(FUNCTIONS[activation](zs[-1]))
    logit, target = hs[-1] @ weights[-1][0] + weights[-1][1], np.reshape(y, (-1, 1))
    loss = float(np.mean(np.logaddexp(0, logit) - target * logit))
    p = np.exp(-np.logaddexp(0, -logit))
    error = error(p, target) if error else p - target
    dzs, dhs, kernels, biases = [], [], [hs[-1].T @ error], [error.sum(0)]
    for i in reversed(range(len(zs))):
        dhs.insert(0, error @ weights[i + 1][0].T)
        error = dhs[0] * SLOPES[activation](zs[i])
        dzs.insert(0, error)
        kernels.insert(0, hs[i].T @ error)
        biases.insert(0, error.sum(0))
    return Pass(zs, hs[1:], loss, dzs, dhs, kernels, biases)


def keras_model(weights: Weights, activation: str) -> Any:
    """The same net in Keras, with its weights."""
    import keras

    layers = [
        keras.layers.Dense(kernel.shape[1], "sigmoid" if name == "output" else activation, name=name)
        for name, (kernel, _) in zip(names(weights), weights, strict=True)
    ]
    # All at once: after `.add` the lower layers' `output` would belong to a graph that is no more.
    model = keras.Sequential([keras.Input((weights[0][0].shape[0],)), *layers])
    model.set_weights([array for pair in weights for array in pair])
    return model


def as_array(value: Any) -> Any:
    """None as it is, a dict or list entry by entry, anything else as an array."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {str(key): as_array(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_array(item) for item in value]
    return np.asarray(value)
