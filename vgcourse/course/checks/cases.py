"""Several inputs, one verdict: the first that falls short is the fact, and a cause has to fit all of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import close

Same = Callable[[Any, Any], bool]


def common_cause(got: Sequence[Any], slips: Sequence[Mapping[str, Sequence[Any]]], same: Same = close) -> str | None:
    """The first key for which every input's answer equals one of the wrong results listed for that input.

    ``slips`` holds, for each input, key → results; where a wrong formula happens to be right, list the right one.
    """
    return next(
        (
            key
            for key in slips[0]
            if all(any(same(g, wrong) for wrong in of[key]) for g, of in zip(got, slips, strict=True))
        ),
        None,
    )


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
    place, mine, right = worst(got, wanted)
    entry = f"[{', '.join(map(str, place))}]" if place else ""
    return f"{what}{entry}: yours is {mine:.6g}, wanted {right:.6g}."
