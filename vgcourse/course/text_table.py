"""Tables as text: columns as wide as they need, the last one wrapped, and nothing in them that a terminal obeys."""

import textwrap
from collections.abc import Sequence

LONGEST = 600  # characters of one cell


def text_table(rows: Sequence[Sequence[str]], width: int = 100, right: Sequence[int] = ()) -> str:
    """The rows under one another; ``right``: the columns that are set flush right. The last column wraps."""
    rows = [[shown(cell) for cell in row] for row in rows]
    wide = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)] if rows else []
    return "\n".join(line for row in rows for line in _lines(row, wide, width, right))


def _lines(row: list[str], wide: list[int], width: int, right: Sequence[int]) -> list[str]:
    cells = [
        f"{cell:>{w}}" if i in right else f"{cell:<{w}}" for i, (cell, w) in enumerate(zip(row, wide, strict=False))
    ]
    head = "".join(f"{cell}  " for cell in cells)
    room = max(24, width - len(head))
    first, *more = textwrap.wrap(row[-1], room) or [""]
    return [(head + first).rstrip(), *(" " * len(head) + line for line in more)]


def count(n: int, one: str, many: str = "") -> str:
    """``1 student``, ``3 students``."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def shown(text: str, longest: int = LONGEST) -> str:
    """Text of others, as one line that any terminal, file or page can take: what is not printable is spelled out."""
    cut = text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"
    return "".join(c if c.isprintable() else " " if c in "\n\t " else _spelled(c) for c in cut)


def _spelled(c: str) -> str:
    return c.encode("unicode_escape", "replace").decode("ascii") if not "\ud800" <= c <= "\udfff" else "\ufffd"
