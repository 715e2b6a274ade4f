"""What kind of data stands where in an observation: an answer that gives text where numbers belong is told so.

The model is an observation of the course's own version. A judge that stops at an answer whose data are of the same
kinds has a mistake, or met a form that its author did not think of; one that stops where they differ has none.
"""

import itertools
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import shortened

LONGEST = 40  # characters of a student's text that are shown
MOST = 10_000  # entries of a result that are looked at


def no_number(value: Any, depth: int = 6) -> str | None:
    """What in a result looks like a number and is none, as words: the text "0.5", 0.5 + 2i. None where there is none.

    NumPy turns such text into numbers, and drops an imaginary part: asked later, nobody could tell.
    """
    if isinstance(value, (str, bytes)):
        return f"the text {shortened(str(value), 12)!r} is not a number" if _reads_as_number(value) else None
    if isinstance(value, (complex, np.complexfloating)):
        return "a complex number is none of those that can be compared" if value.imag else None
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "c" and np.any(value.imag):
            return "complex numbers are none of those that can be compared"
        value = value.ravel()[:MOST] if value.dtype.kind in "OUS" else ()
    if hasattr(value, "iloc"):  # of pandas
        return no_number(value.to_numpy(), depth)
    if issubclass(type(value), dict):
        value = dict.values(value)
    elif not isinstance(value, (list, tuple, np.ndarray)):
        return None
    parts = itertools.islice(value, MOST if depth else 0)
    return next((found for part in parts if (found := no_number(part, depth - 1))), None)


def _reads_as_number(text: str | bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def difference(seen: Any, model: Any) -> str | None:
    """The first place where ``seen`` holds another kind of data than ``model``, as words.

    None where it does not, or where there is no model.
    """
    return None if model is None else _difference(seen, model)


def _difference(seen: Any, model: Any) -> str | None:
    if _is_numbers(model):
        return _in_numbers(seen, model)
    if isinstance(model, str):
        return None if isinstance(seen, str) else f"{_words(seen)} stands where a name belongs"
    if isinstance(model, dict):
        return _in_dict(seen, model)
    if isinstance(model, list):
        return _in_list(seen, model)
    return None if seen is None or _is_numbers(seen) else f"{_words(seen)} stands where None belongs"


def _in_numbers(seen: Any, model: Any) -> str | None:
    if not _is_numbers(seen):
        return f"{_words(seen)} stands where numbers belong"
    if np.shape(seen) == np.shape(model):
        return (
            None if np.isfinite(seen).all() or not np.isfinite(model).all() else "nan or inf stands among the numbers"
        )
    wanted = "one number belongs" if np.size(model) == 1 else f"one of shape {np.shape(model)} belongs"
    return f"something of shape {np.shape(seen)} stands where {wanted}"


def _in_dict(seen: Any, model: dict[str, Any]) -> str | None:
    if not isinstance(seen, dict):
        return f"{_words(seen)} stands where a dictionary belongs"
    # What is missing was left out by the check that observed, not by the answer.
    there = [key for key in model if key in seen]
    return next((found for key in there if (found := _difference(seen[key], model[key]))), None)


def _in_list(seen: Any, model: list) -> str | None:
    if isinstance(seen, np.ndarray) and seen.ndim:
        seen = list(seen)
    if not isinstance(seen, list):
        return f"{_words(seen)} stands where a list belongs"
    models = [*model, *[model[-1]] * (len(seen) - len(model))] if model else []
    pairs = zip(seen, models, strict=False)
    found = next((found for part, like in pairs if (found := _difference(part, like))), None)
    if found or len(seen) == len(model) or not model:
        return found
    return f"a list of {len(seen)} stands where one of {len(model)} belongs"


def _is_numbers(value: Any) -> bool:
    if value is None or isinstance(value, (str, dict)):
        return False
    try:
        return np.asarray(value).dtype.kind in "biuf" and np.size(value) > 0
    except ValueError:  # lists of several lengths
        return False


def _words(value: Any) -> str:
    if isinstance(value, str):
        return f"the text {str(value)[:LONGEST]!r}"
    if isinstance(value, dict):
        return "a dictionary"
    if isinstance(value, list):
        return "a list that is no table of numbers" if value else "an empty list"
    return "nothing (None)" if value is None else "an array without entries" if not np.size(value) else "a number"
