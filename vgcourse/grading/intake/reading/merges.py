"""The marks of a merge that was left open, and what stands on its two sides."""

import re

_MERGE = re.compile(r"<{7}(?!<)|\|{7}(?!\|)|={7}\s*$|>{7}(?!>)")
_MERGE_STATES = {"<": 0, "|": "base", "=": 1, ">": "both"}


def merge_marks(source: str) -> list[str]:
    """The signs of a merge that stand in a text, in their order: of ``<``, ``|``, ``=``, ``>``."""
    return [mark[0][0] for line in source.split("\n") if (mark := _MERGE.match(line))]


def merge_sides(source: str) -> tuple[str, ...]:
    """Both versions of a text with the marks of a merge; empty for a text without."""
    sides: tuple[list[str], list[str]] = ([], [])
    state, marks = "both", 0
    for line in source.split("\n"):
        mark = _MERGE.match(line)
        if mark:
            state, marks = _MERGE_STATES[mark[0][0]], marks + 1
            continue
        for number, side in enumerate(sides):
            if state in ("both", number):
                side.append(line)
    return tuple("\n".join(side) for side in sides) if marks >= 3 else ()
