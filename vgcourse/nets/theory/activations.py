"""Activation functions, their slopes, and their averages over normal pre-activations."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)
_REACH = 9.0  # standard deviations; the normal distribution has less than 1e-18 beyond
_BEND = 12.0  # beyond |z| = 12 every activation here is straight or flat


class Activation(NamedTuple):
    """phi and its derivative, each from array to array of one shape; `max_slope` is the largest |phi'|."""

    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    max_slope: float


def leaky_relu(negative_slope: float = 0.2) -> Activation:
    """Leaky relu; the slope below zero is Keras's default, 0.2."""
    a = float(negative_slope)
    return Activation(lambda z: np.where(z > 0, z, a * z), lambda z: np.where(z > 0, 1.0, a), max(1.0, abs(a)))


def scaled_tanh(amplitude: float = 1.7159, stretch: float = 2 / 3) -> Activation:
    """amplitude * tanh(stretch * z); the defaults are those of LeCun et al. 1998, which make f(1) = 1."""
    return Activation(
        lambda z: amplitude * np.tanh(stretch * z),
        lambda z: amplitude * stretch * _tanh_slope(stretch * z),
        abs(amplitude * stretch),
    )


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(z / 2)) / 2


def _tanh_slope(z: np.ndarray) -> np.ndarray:
    return np.cosh(np.clip(z, -300, 300)) ** -2.0


ACTIVATIONS: dict[str, Activation] = {
    "linear": Activation(np.positive, np.ones_like, 1.0),
    "sigmoid": Activation(_sigmoid, lambda z: _tanh_slope(z / 2) / 4, 0.25),
    "tanh": Activation(np.tanh, _tanh_slope, 1.0),
    "relu": leaky_relu(0.0),
    "leaky_relu": leaky_relu(),
    "elu": Activation(
        lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z: np.exp(np.minimum(z, 0)), 1.0
    ),
    "softplus": Activation(lambda z: np.logaddexp(0, z), _sigmoid, 1.0),
    "softsign": Activation(lambda z: z / (1 + np.abs(z)), lambda z: (1 + np.abs(z)) ** -2.0, 1.0),
    "scaled_tanh": scaled_tanh(),
}
"""What theory knows by name: Keras's names, and LeCun's `scaled_tanh`."""


def expectation(f: Callable[[np.ndarray], np.ndarray], variance: float = 1.0, mean: float = 0.0) -> float:
    """E[f(z)] for z ~ N(mean, variance).

    Gauss-Legendre with 200 nodes a piece; the pieces meet at 0, where rectifiers have their kink.
    Raises ValueError for a negative variance and for what is not finite.
    """
    if not (math.isfinite(mean) and math.isfinite(variance) and variance >= 0):
        raise ValueError(f"variance must be 0 or more and mean finite, got {variance} and {mean}.")
    if variance == 0:
        return float(f(np.array([mean], float))[0])
    sd = math.sqrt(variance)
    low, high = mean - _REACH * sd, mean + _REACH * sd
    edges = np.unique(np.clip([low, -_BEND, 0.0, _BEND, high], low, high))
    half, centre = np.diff(edges)[:, None] / 2, (edges[1:] + edges[:-1])[:, None] / 2
    z = centre + half * _NODES
    density = np.exp(-(((z - mean) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))
    return float((half * _WEIGHTS * density * f(z)).sum())


def output_mean(activation: str | Activation, variance: float = 1.0, mean: float = 0.0) -> float:
    """E[phi(z)], z ~ N(mean, variance)."""
    return expectation(as_activation(activation).value, variance, mean)


def output_square(activation: str | Activation, variance: float = 1.0, mean: float = 0.0) -> float:
    """E[phi(z)^2], z ~ N(mean, variance). For relu q/2, which is not its variance (He et al. 2015)."""
    phi = as_activation(activation).value
    return expectation(lambda z: phi(z) ** 2, variance, mean)


def slope_mean(activation: str | Activation, variance: float = 1.0, mean: float = 0.0) -> float:
    """E[phi'(z)], z ~ N(mean, variance)."""
    return expectation(as_activation(activation).slope, variance, mean)


def slope_square(activation: str | Activation, variance: float = 1.0, mean: float = 0.0) -> float:
    """E[phi'(z)^2], z ~ N(mean, variance): what an activation leaves of a squared gradient."""
    slope = as_activation(activation).slope
    return expectation(lambda z: slope(z) ** 2, variance, mean)


def as_activation(activation: str | Activation) -> Activation:
    """The Activation of that name. Raises ValueError for a name that theory does not know."""
    if isinstance(activation, Activation):
        return activation
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise ValueError(f"activation: theory does not know {activation!r}; it knows {', '.join(ACTIVATIONS)}.")
    return ACTIVATIONS[activation]
