"""Observations: what a check saw, as plain data that survives a trip through bytes.

An observation is a dict of numbers, strings, booleans, None, lists, dicts and NumPy arrays. It travels from a
student's kernel to the judge as JSON, arrays as base64 of their bytes: nothing in it can run.
"""

import base64
import binascii
import json
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

MIME = "application/vnd.vgcourse.observation+json"
LIMIT = 4_000_000  # characters; the largest honest observation of this course is below 200,000
DEPTH = 12
KINDS = "biuf"  # booleans, integers, floats
ARRAY = "__array__"
EXACT = (int, Fraction, Decimal)  # numbers of Python's that NumPy has no kind for: they travel as floats


class ObservationError(ValueError):
    """The data is no observation: not plain, too large, too deep, or damaged."""


def encode(observation: dict[str, Any]) -> str:
    """Turn an observation into text.

    Raises ObservationError where a value is not plain data, and where the text would pass ``LIMIT``.
    """
    if type(observation) is not dict:
        raise ObservationError(f"an observation is a dict, this is a {type(observation).__name__}")
    plain = _plain(observation, DEPTH)
    try:
        text = json.dumps(plain, separators=(",", ":"))
    except ValueError as error:
        raise ObservationError("the answer holds a number of thousands of digits") from error
    if len(text) > LIMIT:
        raise ObservationError(f"the answer is too large to look at ({len(text):,} characters)")
    return text


def decode(text: str) -> dict[str, Any]:
    """Read an observation back.

    Raises ObservationError for anything that ``encode`` did not write: a judge only ever sees plain data.
    """
    if not isinstance(text, str) or len(text) > LIMIT:
        raise ObservationError("the observation is not a text of reasonable length")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ObservationError("the observation is not JSON") from error
    if not isinstance(data, dict) or ARRAY in data:
        raise ObservationError("an observation is a dict")
    return _revive(data, DEPTH)


def _plain(value: Any, depth: int) -> Any:
    if depth == 0:
        raise ObservationError("the answer is nested too deeply")
    # What is sent is of these exact types: a subclass may answer every comparison as it likes.
    if value is None or type(value) in (bool, int, float, str):
        return value
    # By the type itself: an object can claim another class.
    if issubclass(type(value), str):  # NumPy's
        return str.__str__(value)
    # Their subclasses (a named tuple, a defaultdict) hold the same items, and those are read past what they redefine.
    for kind in (list, tuple):
        if issubclass(type(value), kind):
            return [_plain(item, depth - 1) for item in kind.__iter__(value)]
    if issubclass(type(value), dict):
        return {str(key): _plain(item, depth - 1) for key, item in dict.items(value)}
    return _plain_array(value, depth)


def with_article(kind: str) -> str:
    """The name of a type as a sentence has it: "a dict", "an int", "an ndarray"."""
    return f"an {kind}" if kind[:1].lower() in set("aeio") or kind == "ndarray" else f"a {kind}"


def as_text(value: Any) -> str:
    """A text as it is, an array of one text too; of anything else what it is, and not what Python prints for it."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "UO" and value.size == 1:
        value = value.item()
    if isinstance(value, str):
        return str.__str__(value)
    plain = value is None or isinstance(value, (bool, np.bool_, int, np.integer))
    return str(value) if plain else with_article(type(value).__name__.removesuffix("_"))


def _no_numbers(value: Any) -> str:
    if value is ...:
        return "the three dots stand where a value should be"
    if isinstance(value, np.ndarray):
        inner = {type(item).__name__.removesuffix("_") for item in value.ravel()[:10]}
        return f"what should be numbers is {' and '.join(sorted(inner)) or 'empty'}"
    kind = type(value).__name__
    if kind == "ndarray":
        return "an array of text or dates is not an array of numbers"
    return f"{with_article(kind)} is not a number or an array of numbers"


def _plain_array(value: Any, depth: int) -> Any:
    try:
        array = np.array(value, subok=False, order="C")
    except Exception as error:
        raise ObservationError(_no_numbers(value)) from error
    if array.dtype.kind == "O" and array.ndim:
        # Arrays of several shapes, or exact numbers, in one array: entry by entry.
        return [_plain(item, depth - 1) for item in array]
    if array.dtype.kind == "O" and type(array.item()) in EXACT:
        return _as_float(array.item())
    if array.dtype.kind not in KINDS:
        # The thing itself is named, not the array that was made of it on the way here.
        raise ObservationError(_no_numbers(value if array.ndim else array.item()))
    array = array.astype(array.dtype.newbyteorder("<"))
    if array.nbytes > LIMIT:
        raise ObservationError(f"the answer is too large to look at ({array.nbytes:,} bytes)")
    data = base64.b64encode(array.tobytes()).decode("ascii")
    return {ARRAY: data, "dtype": array.dtype.str, "shape": list(array.shape)}


def _as_float(number: Any) -> float:
    try:
        return float(number)
    except (ArithmeticError, ValueError) as error:
        raise ObservationError("the answer holds a number that no float can hold") from error


def _revive(value: Any, depth: int) -> Any:
    if depth == 0:
        raise ObservationError("the observation is nested too deeply")
    if isinstance(value, list):
        return [_revive(item, depth - 1) for item in value]
    if not isinstance(value, dict):
        return value
    if ARRAY in value:
        return _revive_array(value)
    return {key: _revive(item, depth - 1) for key, item in value.items()}


def _revive_array(value: dict[str, Any]) -> np.ndarray:
    try:
        dtype = np.dtype(value["dtype"])
        shape = value["shape"]
        if dtype.kind not in KINDS or not all(type(size) is int and size >= 0 for size in shape):
            raise ObservationError("the observation holds an array of a kind that no check asks for")
        data = base64.b64decode(value[ARRAY], validate=True)
        if math.prod(shape) * dtype.itemsize != len(data):
            raise ObservationError("the observation holds an array whose shape does not fit its data")
        return np.frombuffer(data, dtype).reshape(shape).copy()
    except (KeyError, TypeError, ValueError, SyntaxError, binascii.Error) as error:
        raise ObservationError("the observation holds a damaged array") from error
