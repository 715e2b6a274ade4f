"""Mean and variance of a weight, for every initializer that Keras names."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

# A normal distribution cut at two standard deviations keeps this share of its variance.
_TRUNCATED = 0.87962566103423978**2
_SCALED = {"glorot": (1.0, "fan_avg"), "he": (2.0, "fan_in"), "lecun": (1.0, "fan_in"), "torch": (1 / 3, "fan_in")}


class Moments(NamedTuple):
    """Mean and variance of one weight."""

    mean: float
    variance: float


_PLAIN: dict[str, Callable[[dict], Moments]] = {
    "normal": lambda c: Moments(0.0, 1.0),
    "uniform": lambda c: uniform_moments(0.0, 1.0),
    "zeros": lambda c: Moments(0.0, 0.0),
    "ones": lambda c: Moments(1.0, 0.0),
    "constant": lambda c: Moments(c.get("value", 0.0), 0.0),
    "randomnormal": lambda c: Moments(c.get("mean", 0.0), c.get("stddev", 0.05) ** 2),
    "truncatednormal": lambda c: Moments(c.get("mean", 0.0), c.get("stddev", 0.05) ** 2 * _TRUNCATED),
    "randomuniform": lambda c: uniform_moments(c.get("minval", -0.05), c.get("maxval", 0.05)),
}


def weight_moments(initializer: object, fan_in: int, fan_out: int) -> Moments:
    """Mean and variance of one weight of a kernel of shape (fan_in, fan_out).

    `initializer` is a name of Keras's ("glorot_uniform", "he_normal", "lecun_uniform", "orthogonal",
    "random_normal", ...) or of `mlp`'s ("normal": N(0, 1), "uniform": U(0, 1), "torch": U(+-1/sqrt fan_in)), a
    Keras initializer, a number (the variance of a centred weight) or Moments.
    Glorot & Bengio 2010: 2 / (fan_in + fan_out). He et al. 2015: 2 / fan_in. LeCun et al. 1998: 1 / fan_in.
    Orthogonal (Saxe et al. 2014): gain^2 / max(fan_in, fan_out).

    Raises ValueError for a name that theory does not know, a negative variance or a fan below 1; TypeError
    for another kind of object.
    """
    if min(fan_in, fan_out) < 1:
        raise ValueError(f"fan_in and fan_out must be at least 1, got {fan_in} and {fan_out}.")
    if isinstance(initializer, Moments):
        return initializer
    if isinstance(initializer, int | float | np.number) and not isinstance(initializer, bool):
        return _centred(float(initializer))
    name, config = _name_and_config(initializer)
    if name in _PLAIN:
        return _PLAIN[name](config)
    if name == "orthogonal":
        return Moments(0.0, config.get("gain", 1.0) ** 2 / max(fan_in, fan_out))
    scale, mode = _scale_and_mode(initializer, name, config)
    return Moments(0.0, scale / {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode])


def uniform_limit(variance: float) -> float:
    """The limit a of the uniform distribution U(-a, a) with this variance, sqrt(3 variance).

    With Glorot & Bengio 2010's 2 / (fan_in + fan_out) it gives their sqrt(6 / (fan_in + fan_out)).
    Raises ValueError for a variance below 0.
    """
    if variance < 0:
        raise ValueError(f"variance cannot be negative, got {variance:g}.")
    return math.sqrt(3 * variance)


def uniform_moments(low: float, high: float) -> Moments:
    """Moments of U(low, high): U(0, 1), for one, has mean 1/2 and variance 1/12."""
    return Moments((low + high) / 2, (high - low) ** 2 / 12)


def _centred(variance: float) -> Moments:
    if not (math.isfinite(variance) and variance >= 0):
        raise ValueError(f"initializer: a variance must be 0 or more and finite, got {variance:g}.")
    return Moments(0.0, variance)


def _scale_and_mode(initializer, name: str, config: dict) -> tuple[float, str]:
    if name == "variancescaling":
        return config.get("scale", 1.0), config.get("mode", "fan_in")
    for family, scale_and_mode in _SCALED.items():
        if name in (f"{family}uniform", f"{family}normal") or name == family == "torch":
            return scale_and_mode
    raise ValueError(f"initializer: theory does not know {initializer!r}; give its variance as a number.")


def _name_and_config(initializer) -> tuple[str, dict]:
    """Name without underscores and capitals, and settings. Asks a Keras object without importing Keras."""
    if isinstance(initializer, str):
        name, config = initializer, {}
    elif isinstance(initializer, dict) and "class_name" in initializer:
        name, config = initializer["class_name"], initializer.get("config", {})
    elif hasattr(initializer, "get_config"):
        name, config = type(initializer).__name__, initializer.get_config()
    else:
        raise TypeError(f"initializer must be a Keras name or initializer, or a variance, got {initializer!r}.")
    return name.replace("_", "").lower(), config
