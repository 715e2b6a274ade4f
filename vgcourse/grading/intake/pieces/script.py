"""Cells of which a converter had made a script: marks between the cells, and all prose as remarks."""

import re
from collections.abc import Iterator

from vgcourse.grading.intake.code import LONGEST
from vgcourse.grading.intake.reading import Cell

FEWEST_MARKS = 4  # by which a script is known; one may have been pasted along
_MARK = re.compile(r"# In\[[ \d]*\]:|# %%.*")  # of nbconvert, and of VS Code, Spyder and jupytext
_HEAD = re.compile(r"#!|# (?:coding: |-\*- coding)")


def from_script(cells: list[Cell]) -> list[Cell]:
    """The cells as they were before; others as they are."""
    lines = (line for cell in cells if cell.kind == "code" for line in cell.source.split("\n"))
    if sum(bool(_MARK.fullmatch(line)) for line in lines) < FEWEST_MARKS:
        return cells
    return [one for cell in cells for one in _parted(cell)]


def _parted(cell: Cell) -> Iterator[Cell]:
    """What stood in cells of their own; a cell that has its name still is one."""
    if cell.kind != "code" or cell.nbgrader or len(cell.source) > LONGEST * FEWEST_MARKS:
        yield cell
        return
    for kind, block in _blocks(cell.source):
        yield Cell(kind, block)


def _blocks(source: str) -> Iterator[tuple[str, str]]:
    """Code up to the next mark or prose; prose are remarks with nothing but empty lines above and below."""
    lines, code, at = [*source.split("\n"), ""], [], 0
    while at < len(lines):
        end = _end_of_remarks(lines, at)
        if end == at and not _MARK.fullmatch(lines[at]):
            code.append(lines[at])
            at += 1
            continue
        if any(line.strip() for line in code):
            yield "code", "\n".join(code).strip("\n")
        if end > at:
            yield "markdown", "\n".join(re.sub("^# ?", "", line) for line in lines[at:end])
        code, at = [], max(end, at + 1)
    if any(line.strip() for line in code):
        yield "code", "\n".join(code).strip("\n")


def _end_of_remarks(lines: list[str], at: int) -> int:
    """The line behind the remarks that begin here and stand by themselves; ``at`` where none do."""
    above = lines[at - 1] if at else ""
    if above.strip() and not _MARK.fullmatch(above):
        return at
    end = at
    while end < len(lines) and lines[end].startswith("#") and not (_MARK.fullmatch(lines[end])):
        end += 1
    alone = end == len(lines) or not lines[end].strip() or _MARK.fullmatch(lines[end])
    return end if alone and not any(map(_HEAD.match, lines[at:end])) else at
