"""What a submission's cells hold besides answers, and what is left out of them: marks of merges, letters typed by
accident, a stub below its answer, checks called in an answer's own cell.
"""

import builtins
import re

from vgcourse.grading.intake.code import (
    LONGEST,
    blank_again,
    lasting,
    lone_names,
    read_code,
    starts_again,
    statements,
)
from vgcourse.grading.intake.lesson_cells import Released, keys
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.pieces.piece import Piece
from vgcourse.grading.intake.reading import Refused
from vgcourse.grading.intake.reading.merges import merge_marks, merge_sides

# Also with a name for its result, a print around it, a stop watch.
CHECK = re.compile(r"(?:\w+ *= *|print\(|%time )?check\(\s*[\"'][\w-]+[\"'][\w\s,]*\)+ *;?\s*(#.*)?$")
# A text in a line, but none of LaTeX's; and what Markdown sets in front of ``_``, behind pairs of backslashes.
_STRING = re.compile(r"(?P<raw>[rRbB]*)(?:\"[^\"\n$]*\"|'[^'\n$]*')")
_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\_")
# The others hand their cell to another program, or to a service; these run it as it stands.
_KEEPING = re.compile(r"%%(?!(?:time|capture|prun)\b)\w+")


def join_sides(found: list[Piece]) -> None:
    """Where an editor parted a cell with the marks of a merge, its parts are one again, up to the last mark."""
    at = 0
    while at < len(found):
        if found[at].kind == "code" and merge_marks(found[at].source)[:1] == ["<"]:
            end = next((i for i in range(at, len(found)) if ">" in merge_marks(found[i].source)), at)
            parts = found[at : end + 1]
            if len(parts) > 1 and all(p.kind == "code" for p in parts):
                claim = next((part.claim for part in parts if part.claim), "")
                found[at : end + 1] = [Piece("code", "\n\n\n".join(p.source for p in parts), parts[0].id, claim)]
        at += 1


def settle_merges(found: list[Piece], released: Released, notes: list[Note]) -> None:
    """Where a merge left both sides in a cell, and they say the same, or one is the lesson's, that one is taken."""
    count = 0
    for piece in found:
        sides = merge_sides(piece.source) if piece.kind == "code" and len(piece.source) <= LONGEST else ()
        if not sides:
            if piece.kind == "code" and {"<", ">"} & {*merge_marks(piece.source)} and not piece.code.parses:
                _refuse_open_merge(piece, piece.source, piece.code.binds, released)
            continue
        codes = [read_code(side) for side in sides]
        given = [side for side in sides if any(key in released.by_text for key in keys("code", side))]
        given = given or _but_stubs(sides, released)
        if lasting(sides[0]) != lasting(sides[1]) and not given:
            _refuse_open_merge(piece, sides[0], codes[0].binds | codes[1].binds, released)
            continue
        piece.source, count = (given or sides)[0], count + 1
        piece.__dict__.pop("code", None)
    if count:
        notes.append(Note("merged-alike", count=count))


def _but_stubs(sides: tuple[str, ...], released: Released) -> list[str]:
    """The side in which something was written, where the other is an answer's stub as it was released."""
    stubs = [any(not one.is_words and one.is_stub(side) for one in released.asked.values()) for side in sides]
    return [side for side, stub in zip(sides, stubs, strict=True) if not stub] if any(stubs) else []


def _refuse_open_merge(piece: Piece, text: str, binds: frozenset[str], released: Released) -> None:
    """Raise Refused where an answer may stand in the piece."""
    if piece.claim in released.graded or binds & set(released.owner_of):
        first = next((line for line in text.split("\n") if line.strip() and not merge_marks(line)), "")
        raise Refused(Note("merge", start=first.strip()[:60]))


def without_stray(found: list[Piece], released: Released, notes: list[Note]) -> None:
    """Leave out letters typed into a cell by accident (`dd`, meant for the notebook): names that nothing sets."""
    if not any(piece.kind == "code" and lone_names(piece.source) for piece in found):
        return
    given = (read_code(cell.source).binds for cell in released.cells if cell.cell_type == "code")
    known = set(dir(builtins)).union(*(p.code.binds for p in found), *given)
    words = set()
    for piece in found:
        stray = [(at, name) for at, name in lone_names(piece.source) if name not in known and piece.kind == "code"]
        if not stray:
            continue
        _leave_out(piece, {at for at, _ in stray})
        words |= {name for _, name in stray}
    if words:
        notes.append(Note("stray", words=", ".join(sorted(words)[:5])))


def without_late_stubs(found: list[Piece], released: Released, notes: list[Note]) -> None:
    """Leave a stub out that stands below the answer, in its cell: it would take the answer's name again."""
    stubs = {asked.id: asked.cell.source for asked in released.asked.values() if not asked.is_words}
    count = 0
    for piece in found:
        owners = {released.owner_of[n] for n in piece.code.binds if n in released.owner_of and piece.kind == "code"}
        before = piece.source
        for id in owners:
            at = starts_again(piece.source, stubs[id])
            above = "\n".join(piece.source.split("\n")[:at]) if at else ""
            if any(released.owner_of.get(n) == id for n in read_code(above).binds):
                piece.source = above.rstrip()
        if owners and (late := blank_again(piece.source, statements(*map(stubs.get, owners)))):
            _leave_out(piece, late)
        piece.__dict__.pop("code", None)
        count += piece.source != before
    if count:
        notes.append(Note("late-stub", count=count))


def without_checks(found: list[Piece], released: Released, notes: list[Note]) -> None:
    """Leave a check out that was called in an answer's own cell: it decides nothing there, and may end the cell."""
    count = 0
    for piece in found:
        if piece.kind != "code" or is_given(piece, released):
            continue
        lines = piece.source.split("\n")
        called = {at for at, line in enumerate(lines) if CHECK.match(line)}
        rest = read_code("\n".join(line for at, line in enumerate(lines) if at not in called))
        answers = rest.parses and piece.code.binds & set(released.owner_of)
        if called and "check" not in piece.code.binds and (answers or (rest.is_torn and not piece.code.parses)):
            _leave_out(piece, called)
            count += len(called)
    if count:
        notes.append(Note("check-in-answer", count=count))


def without_keeping_magics(found: list[Piece], released: Released, notes: list[Note]) -> None:
    """Leave a magic out that keeps to itself what its cell defines (`%%timeit`, `%%python3`), on top of an answer.

    Only where nothing else in the notebook defines that answer.
    """
    words = set()
    for piece in found:
        magic, _, code = piece.source.partition("\n")
        if piece.kind != "code" or not _KEEPING.match(magic) or len(code) > LONGEST:
            continue
        names = read_code(code).binds & set(released.owner_of)
        others = (one.code for one in found if one is not piece and one.kind == "code" and not one.code.is_blank)
        if (
            names
            and read_code(code).parses
            and not any(one.binds & names for one in others if not one.before & names)
        ):
            _leave_out(piece, {0})
            words.add(magic.split()[0])
    if words:
        notes.append(Note("stray", words=", ".join(sorted(words))))


def without_escapes(found: list[Piece], released: Released, notes: list[Note]) -> None:
    r"""Read ``"glorot\_uniform"`` in an answer as it was before Markdown: such a ``\_`` is no escape of Python's."""
    count = 0
    for piece in found:
        if piece.kind != "code" or "\\_" not in piece.source or not piece.code.parses or len(piece.source) > LONGEST:
            continue
        plain = _STRING.sub(lambda text: text[0] if text["raw"] else _ESCAPE.sub(r"\1_", text[0]), piece.source)
        if plain != piece.source and piece.code.binds & set(released.owner_of) and read_code(plain).parses:
            piece.source, count = plain, count + 1
            piece.__dict__.pop("code", None)
    if count:
        notes.append(Note("typography", count=count))


def _leave_out(piece: Piece, gone: set[int]) -> None:
    piece.source = "\n".join(line for at, line in enumerate(piece.source.split("\n")) if at not in gone)
    piece.__dict__.pop("code", None)


def is_given(piece: Piece, released: Released) -> bool:
    """Whether the piece is one that everybody got, word for word."""
    return any(key in released.by_text for key in keys(piece.kind, piece.source))
