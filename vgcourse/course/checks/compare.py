"""What judges share: numbers that agree, and the misconception whose result an answer equals."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Seen = dict[str, Any]
Same = Callable[[Any, Any], bool]
WRITTEN_OUT = 10**9  # whole numbers below are not shown as 1.2e+04
NO_RETURN = "{name} gives back None. Does it end with `return`?"


def near(got: Any, wanted: Any, rtol: float = 1e-4, atol: float = 1e-4) -> bool:
    """Whether shapes are equal and no number is further off than ``atol + rtol * |wanted|``.

    The defaults leave room for float32 and for derivatives taken numerically.
    """
    got, wanted = np.asarray(got, float), np.asarray(wanted, float)
    return got.shape == wanted.shape and np.allclose(got, wanted, rtol=rtol, atol=atol)


def close(got: Any, wanted: Any, rtol: float = 2e-5, floor: float | None = None) -> bool:
    """Whether shapes agree and no entry is further off than ``rtol * |wanted| + floor * largest |wanted|``.

    Relative to the array's own size: an error of 1e-6 is nothing beside 1, and everything beside 1e-7. ``floor`` is a
    tenth of ``rtol`` unless given. The defaults ask for about five digits: single precision (seven digits) is near
    enough; half precision, or a rounding to four decimals, is not.
    """
    got, wanted = np.asarray(got, float), np.asarray(wanted, float)
    if got.shape != wanted.shape:
        return False
    largest = np.abs(wanted[np.isfinite(wanted)]).max(initial=0)
    return bool(np.allclose(got, wanted, rtol=rtol, atol=(rtol / 10 if floor is None else floor) * largest))


def all_close(got: Any, wanted: Any, rtol: float = 2e-5) -> bool:
    """Whether every result of a list of cases is close to what is wanted for that case."""
    return len(got) == len(wanted) and all(close(g, w, rtol) for g, w in zip(got, wanted, strict=True))


def same_arrays(got: Any, wanted: Any) -> bool:
    """Whether two lists hold the same arrays, each to 1e-5 of its own entries and of its size."""
    return all(close(g, w, rtol=1e-5, floor=1e-5) for g, w in zip(got, wanted, strict=True))


def cause(got: Any, slips: Mapping[str, Any], rtol: float = 2e-5) -> str | None:
    """The key of the misconception whose results equal ``got`` in *all* cases, or None: then nothing is blamed."""
    return next((key for key, wrong in slips.items() if all_close(got, wrong, rtol)), None)


def common_cause(got: Sequence[Any], slips: Sequence[Mapping[str, Sequence[Any]]], same: Same = close) -> str | None:
    """The first key of which one formula explains the answers to *all* inputs.

    ``slips`` holds, for each input, key → results, one for each formula of that misconception, always in the same
    order; a single one where all give the same. Where a wrong formula happens to be right, list what is right.
    """
    return next((key for key in slips[0] if _explains([of[key] for of in slips], got, same)), None)


def _explains(results: Sequence[Sequence[Any]], got: Sequence[Any], same: Same) -> bool:
    """Whether one formula gave all that came: not the first one here and the second there."""
    formulas = max(map(len, results))
    columns = zip(*(list(of) * formulas if len(of) == 1 else of for of in results), strict=True)
    return any(all(same(g, w) for g, w in zip(got, of, strict=True)) for of in columns)


def rms(values: Any, axis: int | tuple[int, ...] | None = None) -> Any:
    """Root mean square, over all entries or along ``axis``.

    Not `vgcourse.measure`'s: a check that measures with the instrument it judges answers by would share its faults.
    """
    return np.sqrt(np.mean(np.square(np.asarray(values, float)), axis=axis))


def first_off(got: Any, wanted: Any, rtol: float = 2e-5) -> int:
    """Which case differs first."""
    return next((i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if not close(g, w, rtol)), 0)


def fact(call: str, got: Any, wanted: Any = None, verb: str = "gives") -> dict[str, str]:
    """One input, what came and what is wanted (left out where it is the very number that is asked for)."""
    if wanted is None:
        return {"fact": f"{call} {verb} {said(got)}."}
    got, wanted = told_apart(got, wanted)
    return {"fact": f"{call} {verb} {got}; wanted is {wanted}."}


def told_apart(got: Any, wanted: Any, digits: int = 4) -> tuple[str, str]:
    """Both in words: where so many digits look alike, with as many as it takes to see the difference."""
    digits = next((n for n in (digits, 7, 10, 17) if said(got, n) != said(wanted, n)), digits)
    return said(got, digits), said(wanted, digits)


def said(value: Any, digits: int = 4) -> str:
    """A number to four digits, a whole one in full, a small array in brackets, a large one by its shape."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        return shortened(str(value), 60)
    if array.size > 6:
        return f"an array of shape {array.shape}"
    return " ".join(np.array2string(array, formatter={"all": lambda v: _digits(v, digits)}, separator=", ").split())


def _digits(value: Any, digits: int) -> str:
    """The number to so many digits; a whole one that people would write out, in full; True and False as they are."""
    if isinstance(value, (bool, np.bool_)):
        return str(value)
    return f"{value:.0f}" if abs(value) < WRITTEN_OUT and value == round(value) else f"{value:.{digits}g}"


def shortened(text: str, most: int) -> str:
    """A student's text with ``most`` characters at most: where it was cut, an ellipsis says so."""
    return text if len(text) <= most else text[: most - 1] + "…"


def things(count: int) -> str:
    """How many things came back, in words that fit one and none as well."""
    return {0: "nothing", 1: "one thing"}.get(count, f"{count} things")


def middle_two(values: Any) -> tuple[float, float]:
    """The two numbers in the middle, one and the same of an odd number: a median that picks takes one of them."""
    ordered = np.sort(np.ravel(values))
    return float(ordered[(len(ordered) - 1) // 2]), float(ordered[len(ordered) // 2])


def slip(got: Any, slips: Mapping[str, Any], **tolerance: float) -> str | None:
    """The key of the first misconception whose result equals ``got``, or None."""
    return next((key for key, wrong in slips.items() if near(got, wrong, **tolerance)), None)


def off(got: Any, wanted: Any) -> dict[str, float]:
    """The largest difference between two arrays of one shape, as a field for a message."""
    return {"off": float(np.max(np.abs(np.asarray(got, float) - np.asarray(wanted, float))))}


def with_other_half(problem: Any, is_right: bool, sentence: str) -> Any:
    """What a judge found in one of two answers, with the sentence that the other one is right: that is a half."""
    if problem is None or not is_right:
        return problem
    key, fields = (problem, {}) if isinstance(problem, str) else problem
    return key, {**fields, "also_right": sentence}


def of_two(first: Any, second: Any, names: tuple[str, ...], misses: Mapping[str, Any]) -> Any:
    """What a judge found in two answers that are judged apart: one problem, and that the other one is right."""
    if first is not None:
        return with_other_half(first, second is None, f"{names[1]} is right.")
    if second is None:
        return None
    key, fields = (second, {}) if isinstance(second, str) else second
    # A sentence with a share of its own says it itself.
    return key, {**fields, "first_right" if misses[key].share else "also_right": f"{names[0]} is right."}


def as_sent(value: Any) -> Any:
    """None, tuples and lists as they are; anything else as the array it must be (a tensor, a frame)."""
    return value if value is None or isinstance(value, (tuple, list)) else np.asarray(value)


def as_number(value: Any) -> Any:
    """What should be one number, as it is sent: an array or tensor of one entry is that number, whatever its shape.

    A list of one number is none.
    """
    sent = as_sent(value)
    return sent.reshape(()) if isinstance(sent, np.ndarray) and sent.size == 1 else sent


def as_dict(value: Any) -> Any:
    """A dict of whatever has keys: another mapping, a series or table of pandas'; anything else as it is."""
    is_other = hasattr(value, "keys") and not isinstance(value, (dict, type))
    return dict(value) if is_other else value


def worst(got: Any, wanted: Any) -> tuple[tuple[int, ...], float, float]:
    """Where two arrays of one shape differ most, and both numbers there; a NaN is the worst of all."""
    got, wanted = np.asarray(got, float), np.asarray(wanted, float)
    gap = np.abs(got - wanted)
    place = np.unravel_index(int(np.argmax(np.where(np.isnan(gap), np.inf, gap))), gap.shape)
    return tuple(int(i) for i in place), float(got[place]), float(wanted[place])


def differs(what: str, got: Any, wanted: Any) -> str:
    """The fact: "`what`[2, 1]: yours is 0.3, wanted 0.7." """
    if np.shape(got) != np.shape(wanted):
        return f"{what}: yours has the shape {np.shape(got)}, wanted {np.shape(wanted)}."
    place, *numbers = worst(got, wanted)
    entry = f"[{', '.join(map(str, place))}]" if place else ""
    mine, right = told_apart(*numbers, 6)
    return f"{what}{entry}: yours is {mine}, wanted {right}."
