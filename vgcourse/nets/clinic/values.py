"""What a setting of a chart may be: whoever treats a patient with something else is told, before it is built."""

from collections.abc import Callable
from typing import Any

import numpy as np

_WORDS = {
    "labels": ("paired", "shuffled"),
    "initializer": ("own", "shared"),
    "kernels": ("drawn", "constant"),
    "frozen": ("none", "norm_1", "norm_2", "norm_3"),
    "activation": ("tanh", "relu", "elu", "selu", "gelu", "silu", "leaky_relu", "softplus", "sigmoid", "linear"),
    "output": ("linear", "sigmoid"),
}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and bool(np.isfinite(value))


def _is_truth(value: Any) -> bool:
    return isinstance(value, (bool, np.bool_))


_POSITIVE: tuple[str, Callable[[Any], bool]] = ("a number above 0", lambda v: _is_number(v) and v > 0)
_TRUTH: tuple[str, Callable[[Any], bool]] = ("True or False", _is_truth)
_OTHERS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "pixels": _POSITIVE,
    "rate": _POSITIVE,
    "kl_weight": ("a number, 0 or more", lambda v: _is_number(v) and v >= 0),
    "branch_scale": ("a number", _is_number),
    "forget_bias": ("a number", _is_number),
    "dropout": ("a number from 0 to below 1", lambda v: _is_number(v) and 0 <= v < 1),
    "clipnorm": ("None or a number above 0", lambda v: v is None or (_is_number(v) and v > 0)),
    "heads": (
        "a whole number from 1 to 16",
        lambda v: isinstance(v, (int, np.integer)) and v is not True and 1 <= v <= 16,
    ),
    "positions": _TRUTH,
    "from_logits": _TRUTH,
    "biases": _TRUTH,
}


def refused(setting: str, value: Any) -> str | None:
    """What is expected of that setting, in words, where ``value`` is not it; None where it is."""
    if setting in _WORDS:
        words = _WORDS[setting]
        fits = isinstance(value, str) and value in words
        return None if fits else f"{', '.join(map(repr, words[:-1]))} or {words[-1]!r}"
    wanted, fits_in = _OTHERS[setting]
    return None if fits_in(value) else wanted
