"""Sizes, counts and seeds that a caller hands over: a whole number, or one sentence that names the argument."""

import operator
from numbers import Real


def whole_number(name: str, value, least: int) -> int:
    """value as an int. Raises TypeError for anything but a whole number, ValueError below least."""
    try:
        if isinstance(value, bool):
            raise TypeError
        whole = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected a whole number, got {value!r}.") from None
    if whole < least:
        raise ValueError(f"{name}: must be {least} or more, got {whole}.")
    return whole


def count(name: str, value, least: int) -> int:
    """As `whole_number`, for formulas: a width read from a table of numbers is 32.0. Raises ValueError only."""
    if isinstance(value, bool) or not isinstance(value, Real) or value % 1 != 0 or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}.")
    return int(value)
