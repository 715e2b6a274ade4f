"""Cells that were merged, parted again: at the lesson's own cells, and between two answers.

A function of one's own may bear the name of another exercise's answer: then nothing was merged.
"""

import ast
import itertools
import re
from typing import Any

from nbformat import NotebookNode

from vgcourse.grading.intake.code import parts_by_owner, read_code, syntax_tree
from vgcourse.grading.intake.lesson_cells import Question, Released, grade_id, keys
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.pieces.left_out import CHECK
from vgcourse.grading.intake.pieces.piece import Piece

MOST_LINES = 20_000  # of all cells together, in which a lesson's cell is looked for
_HEAD_OF_ONE = re.compile(r"(?:for|if|with|while)\b.*:\s*$")


def part_merged(found: list[Piece], released: Released, notes: list[Note]) -> list[Piece]:
    """Part a cell in which a whole cell of the lesson stands line by line, and nowhere by itself; or two answers."""
    there = {key for piece in found for key in keys(piece.kind, piece.source)}
    lost = [
        cell for place, cell in enumerate(released.cells)
        if not there & set(keys(cell.cell_type, cell.source)) and cell.source.strip()
        and (place not in released.asked or not any(p.claim == grade_id(cell) for p in found))
    ]  # fmt: skip
    starts: dict[str, list[Any]] = {}
    for cell in [*lost, *_paragraphs(lost)]:
        starts.setdefault(_bare_line(cell.source.strip().split("\n")[0]), []).append(cell)
    if sum(piece.source.count("\n") + 1 for piece in found) > MOST_LINES:
        return found
    each = [_parted(piece, starts) for piece in found]
    out = [part for parts in each for part in parts]
    _bring_home(out, released, notes)
    out = [part for piece in out for part in _parted_by_names(piece, released, out)]
    whole = {cell.source for cell in lost}
    reworded = sum(len(parts) - 1 for parts in each if not any(part.source in whole for part in parts))
    if (more := len(out) - len(found) - reworded) > 0:
        notes.append(Note("parted", count=more + 1))
    return out


def _paragraphs(lost: list[NotebookNode]) -> list[NotebookNode]:
    """The paragraphs of the lesson's prose: some editors make a cell of each."""
    texts = [text for cell in lost if cell.cell_type == "markdown" for text in cell.source.split("\n\n")]
    return [NotebookNode(cell_type="markdown", source=t.strip("\n"), metadata={}) for t in texts if len(t) > 20]


def _parted(piece: Piece, starts: dict[str, list[Any]]) -> list[Piece]:
    lines, parts, free, at = piece.source.split("\n"), [], [], 0
    bare_lines = [_bare_line(line) for line in lines]
    while at < len(lines):
        cell, end = _stands_at(bare_lines, at, starts)
        if cell is None:
            free.append(lines[at])
            at += 1
            continue
        if lines[at][:1] in (" ", "\t") and free and _HEAD_OF_ONE.match(free[-1]):
            free.pop()  # a loop, or a condition, around a check alone
        parts += [_rest(piece, free), Piece(cell.cell_type, cell.source, cell.get("id", ""), grade_id(cell))]
        free, at = [], end
    if not parts:
        return [piece]
    parts.append(_rest(piece, free))
    kept = _checks_behind([part for part in parts if part.source.strip()])
    return _with_claim(kept, piece)


def _checks_behind(parts: list[Piece]) -> list[Piece]:
    """A check that was called between two functions of its answer goes behind them."""
    for check in [part for part in parts if part.claim and "check" in part.code.uses]:
        at = parts.index(check)
        above = set().union(*(part.code.binds for part in parts[:at])) & check.code.uses
        wanted = check.code.uses - above
        own = [i for i, part in enumerate(parts) if i > at and not part.id and part.code.binds & wanted]
        if above and own:  # below a check that stands first it may be another try
            parts.insert(own[-1], parts.pop(at))
    return parts


def _with_claim(parts: list[Piece], whole: Piece) -> list[Piece]:
    """The merged cell's own name goes to the one piece that may bear it: the first that is none of the lesson's."""
    if not any(part.claim == whole.claim for part in parts):
        free = [part for part in parts if not part.claim and not part.id]
        if len(free) == 1:
            free[0].claim, free[0].id, free[0].attachments = whole.claim, whole.id, whole.attachments
    return parts


def _stands_at(lines: list[str], at: int, starts: dict[str, list[Any]]) -> tuple[Any, int]:
    """The longest of the lost cells that begins at a line, and the line after it."""
    best, end = None, at
    for cell in starts.get(lines[at], ()):
        wanted = [_bare_line(line) for line in cell.source.strip().split("\n")]
        if len(wanted) > end - at and lines[at : at + len(wanted)] == wanted:
            best, end = cell, at + len(wanted)
    return best, end


def _bare_line(line: str) -> str:
    """A line without what a formatter changes in it."""
    return re.sub(r"['\"\s]", "", line)


def _rest(piece: Piece, lines: list[str]) -> Piece:
    return Piece(piece.kind, "\n".join(lines).strip("\n"))


def _bring_home(found: list[Piece], released: Released, notes: list[Note]) -> None:
    """What was written for one answer in the cell of another stands in its own cell too, where that is a stub still.

    In the other it stays: that answer may call it.
    """
    for piece in [piece for piece in found if len(set(_owners(piece, released).values())) > 1]:
        parts = parts_by_owner(piece.source, _owners(piece, released))
        above = next((text for owner, text in parts if not owner), "")  # imports, say
        for asked in released.asked.values():
            own = [text for owner, text in parts if owner == asked.id]
            home = _stub_at_home(asked, piece, found, released) if own else None
            if home and not read_code("\n".join(own)).is_blank:
                home.source = "\n\n\n".join(text for text in (above, *own) if text)
                home.__dict__.pop("code", None)
                notes.append(Note("inside", cell=asked.id))


def _stub_at_home(asked: Question, piece: Piece, found: list[Piece], released: Released) -> Piece | None:
    """The stub of an answer above its own check, where the piece stands above another check."""
    checks = [at for at, other in enumerate(found) if asked.check in _places(other, released)]
    stretches = _stretches(found, released)
    if len(checks) != 1 or stretches[checks[0]] == stretches[next(i for i, p in enumerate(found) if p is piece)]:
        return None
    beside = (p for p, stretch in zip(found, stretches, strict=True) if stretch == stretches[checks[0]])
    known = set(keys(asked.cell.cell_type, asked.cell.source))
    stubs = (p for p in beside if p.claim == asked.id or known & set(keys(p.kind, p.source)))
    return next((p for p in stubs if asked.is_stub(p.source)), None)


def _owners(piece: Piece, released: Released) -> dict[str, str]:
    """The names of answers that a piece of code of the student's own sets → those answers.

    A number by the name of a function that is asked for is no answer to that.
    """
    if piece.kind != "code" or any(key in released.by_text for key in keys("code", piece.source)[:1]):
        return {}
    functions = {name for asked in released.asked.values() for name in read_code(asked.cell.source).defines}
    names = piece.code.binds - (functions & _numbers(piece.source))
    return {name: id for name, id in released.owner_of.items() if name in names}


def _numbers(source: str) -> set[str]:
    """The names that a cell sets to a number or a text, at its margin."""
    tree = syntax_tree(source)
    plain = [
        n for n in (tree.body if tree else ()) if isinstance(n, ast.Assign) and isinstance(n.value, ast.Constant)
    ]
    return {target.id for node in plain for target in node.targets if isinstance(target, ast.Name)}


def _parted_by_names(piece: Piece, released: Released, found: list[Piece]) -> list[Piece]:
    """Two answers in one cell become two, where one of them stands nowhere else."""
    owners = _owners(piece, released)
    if len(set(owners.values())) > 1:
        owners = {name: id for name, id in owners.items() if not _is_answered_at_home(id, piece, released, found)}
    if len(set(owners.values())) < 2:
        return [piece]
    mine = _without_calls(piece.source)  # copies part alike
    others = [other for other in found if other is not piece and _without_calls(other.source) != mine]
    alone = {id for other in others for id in _owners_in(other, released)}
    if set(owners.values()) <= alone:
        return [piece]
    parts = parts_by_owner(piece.source, owners)
    if parts and not parts[0][0] and len(parts) > 1:  # what comes before the first answer stays with it
        parts[:2] = [(parts[1][0], f"{parts[0][1]}\n{parts[1][1]}")]
    return [Piece("code", text, claim=owner) for owner, text in parts] if len(parts) > 1 else [piece]


def _is_answered_at_home(id: str, piece: Piece, released: Released, found: list[Piece]) -> bool:
    """Whether an answer stands above its own check, in another cell, and this one above another check.

    What this one calls by the answer's name is then a helper of its own.
    """
    stretches = _stretches(found, released)
    asked = next(one for one in released.asked.values() if one.id == id)
    homes = {stretches[i] for i, other in enumerate(found) if asked.check in _places(other, released)}
    here = [stretches[i] for i, other in enumerate(found) if other is piece]
    others = {
        stretches[i] for i, other in enumerate(found) if other is not piece and id in _owners_in(other, released)
    }
    return len(homes) == 1 and homes <= others and homes.isdisjoint(here)


def _stretches(found: list[Piece], released: Released) -> list[int]:
    """For each piece, how many checks stand above it."""
    checks = set(released.checks())
    ends = [bool(checks & _places(piece, released)) for piece in found]
    return list(itertools.accumulate(ends, initial=0))[:-1]


def _places(piece: Piece, released: Released) -> set[int]:
    """The places in the lesson at which a piece's text stands, word for word."""
    return {place for key in keys(piece.kind, piece.source) for place in released.by_text.get(key, ())}


def _without_calls(source: str) -> str:
    """The text without calls of checks and empty lines."""
    return "\n".join(line for line in source.split("\n") if line.strip() and not CHECK.match(line))


def _owners_in(piece: Piece, released: Released) -> set[str]:
    given = any(key in released.by_text for key in keys(piece.kind, piece.source))
    if given or read_code(_without_calls(piece.source)).is_blank:
        return set()
    return {released.owner_of[name] for name in piece.code.binds if name in released.owner_of}
