"""What judges share: numbers that agree, and the misconception whose result an answer equals."""

from collections.abc import Mapping
from typing import Any

import numpy as np

Seen = dict[str, Any]
NO_RETURN = "{name} gives back None. Does it end with `return`?"


def near(got: Any, wanted: Any, rtol: float = 1e-4, atol: float = 1e-4) -> bool:
    """Whether shapes are equal and no number is further off than ``atol + rtol * |wanted|``.

    The defaults leave room for float32 and for derivatives taken numerically.
    """
    got, wanted = np.asarray(got, float), np.asarray(wanted, float)
    return got.shape == wanted.shape and np.allclose(got, wanted, rtol=rtol, atol=atol)


def slip(got: Any, slips: Mapping[str, Any], **tolerance: float) -> str | None:
    """The key of the first misconception whose result equals ``got``, or None."""
    return next((key for key, wrong in slips.items() if near(got, wrong, **tolerance)), None)


def off(got: Any, wanted: Any) -> dict[str, float]:
    """The largest difference between two arrays of one shape, as a field for a message."""
    return {"off": float(np.max(np.abs(np.asarray(got, float) - np.asarray(wanted, float))))}


def as_sent(value: Any) -> Any:
    """None, tuples and lists as they are; anything else as the array it must be (a tensor, a frame)."""
    return value if value is None or isinstance(value, (tuple, list)) else np.asarray(value)
