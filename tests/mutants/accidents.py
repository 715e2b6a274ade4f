"""What happens to a whole answer: it overwrites its input, remembers its first call, rounds what it gives back.

Each function wraps an answer. ``felt`` tells whether the accident could happen at all: where nothing can be
overwritten, or no number is given back, the mutant is the answer itself.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

felt = {"any": False}
Answer = Callable[..., Any]


def _feel() -> None:
    felt["any"] = True


def _floats(value: Any, change: Callable[[np.ndarray], Any]) -> Any:
    """``change`` done to every array or number in a structure of lists, tuples, dicts, frames and tensors."""
    if isinstance(value, dict):
        return {key: _floats(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_floats(item, change) for item in value)
    if hasattr(value, "iloc"):
        if change not in SHAPING:
            _feel()
        return value.map(lambda item: change(item) if isinstance(item, (float, np.floating)) else item)
    if isinstance(value, (str, bool, type(None))) or hasattr(value, "layers"):
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        return value
    if change not in SHAPING:
        _feel()
    changed = change(array)
    return changed if array.shape else changed[()] if isinstance(changed, np.ndarray) else changed


def _shaped(dimensions: int, change: Callable[[np.ndarray], Any]) -> Callable[[np.ndarray], Any]:
    """``change`` for arrays of so many dimensions at least; others stay as they are, and it cannot be felt."""

    def changed(array: np.ndarray) -> Any:
        if array.ndim < dimensions or array.size < 2:
            return array
        _feel()
        return change(array)

    return changed


flat = _shaped(2, np.ravel)
transposed = _shaped(2, np.transpose)
in_order = _shaped(1, lambda array: np.sort(array, axis=0))
middle = _shaped(1, np.mean)
SHAPING = (flat, transposed, in_order, middle)


def result(answer: Answer, change: Callable[[np.ndarray], Any]) -> Answer:
    @functools.wraps(answer)
    def changed(*args: Any, **kwargs: Any) -> Any:
        return _floats(answer(*args, **kwargs), change)

    return changed


def given(answer: Answer, which: int, change: Callable[[Any], Any]) -> Answer:
    """The answer, with its argument number ``which`` changed before it looks."""

    @functools.wraps(answer)
    def changed(*args: Any, **kwargs: Any) -> Any:
        args = list(args)
        if which < len(args):
            new = change(args[which])
            if new is not args[which]:
                _feel()
            args[which] = new
        return answer(*args, **kwargs)

    return changed


def _has(value: Any, kinds: str) -> bool:
    return isinstance(value, (float, np.ndarray)) and np.asarray(value).dtype.kind in kinds


def _is_row(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def absolute(value: Any) -> Any:
    return np.abs(value) if _has(value, "fi") else value


def whole(value: Any) -> Any:
    return np.trunc(value) if _has(value, "f") else value


def single(value: Any) -> Any:
    return (
        value.astype(np.float16).astype(value.dtype) if isinstance(value, np.ndarray) and _has(value, "f") else value
    )


def without_last(value: Any) -> Any:
    return value[:-1] if _is_row(value) and len(value) > 1 else value


def without_first(value: Any) -> Any:
    return value[1:] if _is_row(value) and len(value) > 1 else value


def remembers(answer: Answer, which: int) -> Answer:
    """A global in the place of a parameter: the argument of the first call, for ever."""
    first: list[Any] = []

    def kept(value: Any) -> Any:
        if not first:
            first.append(value)
        return first[0]

    return given(answer, which, kept)


def repeats(answer: Answer) -> Answer:
    """The result of the first call, for ever."""
    first: list[Any] = []

    @functools.wraps(answer)
    def changed(*args: Any, **kwargs: Any) -> Any:
        _feel()
        if not first:
            first.append(answer(*args, **kwargs))
        return first[0]

    return changed


draw = {"number": 0}  # which draw of the check this is; the first one is that of the lesson's page
_shown: dict[str, list[Any]] = {}


def begin() -> None:
    """A new mutant is put to the check."""
    _shown.clear()
    draw["number"], felt["any"] = 0, False


def replays(answer: Answer, name: str) -> Answer:
    """What was right on the lesson's page is hard-coded: a later draw gets the results of the first, call by call."""
    shown = _shown.setdefault(name, [])
    calls = iter(range(10**9))

    @functools.wraps(answer)
    def changed(*args: Any, **kwargs: Any) -> Any:
        i = next(calls)
        if draw["number"] == 0:
            shown.append(answer(*args, **kwargs))
        elif i < len(shown):
            _feel()
            return shown[i]
        return shown[i] if draw["number"] == 0 else answer(*args, **kwargs)

    return changed


def spoils(answer: Answer, which: int) -> Answer:
    """The right result, and the argument number ``which`` is not what it was."""

    @functools.wraps(answer)
    def changed(*args: Any, **kwargs: Any) -> Any:
        found = _floats(answer(*args, **kwargs), np.array)
        felt["any"] = False
        if which < len(args):
            _spoil(args[which])
        return found

    return changed


def _spoil(value: Any) -> None:
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and value.size:
        _feel()
        value.flat[-1] += 1
    elif isinstance(value, list) and value:
        _feel()
        value.pop()
    elif isinstance(value, dict) and value:
        _feel()
        value.popitem()
    elif hasattr(value, "iloc") and len(value):
        _feel()
        value["spoilt"] = 0
    elif hasattr(value, "get_weights") and value.get_weights():
        _feel()
        value.set_weights([weight + 1 for weight in value.get_weights()])


def like_input(answer: Answer) -> Answer:
    """Results in the input's own type: whole numbers in, whole numbers out (as ``np.zeros_like`` does)."""

    @functools.wraps(answer)
    def changed(*args: Any, **kwargs: Any) -> Any:
        found = answer(*args, **kwargs)
        kinds = [arg.dtype for arg in args if isinstance(arg, np.ndarray)]
        return _floats(found, lambda array: array.astype(kinds[0])) if kinds else found

    return changed


def swaps(answer: Answer, one: int, other: int) -> Answer:
    @functools.wraps(answer)
    def changed(*args: Any, **kwargs: Any) -> Any:
        args = list(args)
        if max(one, other) < len(args):
            _feel()
            args[one], args[other] = args[other], args[one]
        return answer(*args, **kwargs)

    return changed


def reverses(answer: Answer) -> Answer:
    """What comes back, back to front."""

    @functools.wraps(answer)
    def changed(*args: Any, **kwargs: Any) -> Any:
        found = answer(*args, **kwargs)
        if isinstance(found, (list, tuple)) or (isinstance(found, np.ndarray) and found.ndim):
            _feel()
            return found[::-1]
        return found

    return changed
