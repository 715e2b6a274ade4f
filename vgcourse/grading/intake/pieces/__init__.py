"""A submission's cells as pieces: what was split is joined, what was merged is parted, at the lesson's own cells."""

import itertools
import re
from dataclasses import replace

from vgcourse.grading.intake.code import (
    LONGEST,
    goes_on_inside,
    read_code,
    seems_to_define,
    starts_inside,
)
from vgcourse.grading.intake.lesson_cells import Released, bare, keys
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.pieces.left_out import (
    is_given,
    join_sides,
    settle_merges,
    without_checks,
    without_escapes,
    without_keeping_magics,
    without_late_stubs,
    without_stray,
)
from vgcourse.grading.intake.pieces.merged import part_merged
from vgcourse.grading.intake.pieces.piece import Piece
from vgcourse.grading.intake.pieces.readings import holds_entities, plain_readings, without_calls_of_magics
from vgcourse.grading.intake.pieces.script import from_script
from vgcourse.grading.intake.reading import Cell, Refused

MOST_CODE = 300_000  # characters of all cells together that are read as code; a lesson has a tenth of that
MOST_LINES_AT_ALL = 150_000
SHORTEST = 40  # letters of lines that are known for the lesson's
MOST_PIECES = 5  # into which one cell is thought to have been split, or behind which it goes on
MOST_LINES_APART = 40  # of a cell that was split line by line
_DEFINED = re.compile(r"\b(?:def|class)[ \t]+(\w+)")  # wherever it stands in a line
_ENDS = {"\u2028", "\u2029", "\x0b", "\x0c"}  # ends of lines for a word processor, not for Python
_METHODS = re.compile(r"\s*^[ \t]+(?:@[\w.]+\s+)?def \w+\(self\b", re.MULTILINE)  # of a class in the cell above
_MARK = re.compile(r"\**(?:<{7} \w+|={7}|>{7} \w+)\**")  # a cell of its own, where two notebooks were merged


def pieces(cells: list[Cell], released: Released, notes: list[Note], name: str) -> list[Piece]:
    """The cells, parted and joined where they had been merged and split."""
    _refuse_too_long(cells, name)
    cells = from_script(cells)
    found = [_piece(cell, released) for cell in cells if not _MARK.fullmatch(cell.source.strip())]
    _all_of_one_type(found, released)
    if sum(len(piece.source) for piece in found if len(piece.source) <= LONGEST) > MOST_CODE:
        raise Refused(Note("too-much-code", file=name, kb=sum(len(p.source) for p in found) // 1000))
    _plain_type(found, released, notes, whole=True)
    join_sides(found)
    settle_merges(found, released, notes)
    without_stray(found, released, notes)
    without_keeping_magics(found, released, notes)
    without_escapes(found, released, notes)
    without_late_stubs(found, released, notes)
    found = part_merged(found, released, notes)
    _heads_are_code(found, released)
    _plain_type(found, released, notes)  # again: merged with words, it could not be read
    without_checks(found, released, notes)  # between the halves of a split cell, one keeps them apart
    found = _join_split(found, released, notes)
    without_checks(found, released, notes)
    return found


def _refuse_too_long(cells: list[Cell], name: str) -> None:
    """Cells of any length are put aside, but each of their lines is looked at."""
    if sum(cell.source.count("\n") for cell in cells) > MOST_LINES_AT_ALL:
        raise Refused(Note("too-much-code", file=name, kb=sum(len(cell.source) for cell in cells) // 1000))


def _piece(cell: Cell, released: Released) -> Piece:
    own = cell.nbgrader.get("grade_id")
    graded = released.graded
    claim = own if isinstance(own, str) and own in graded else cell.id if cell.id in graded else ""
    return Piece(cell.kind, without_calls_of_magics(cell.source), cell.id, claim, cell.attachments)


def _all_of_one_type(found: list[Piece], released: Released) -> None:
    """Where one key made prose of all cells: what is no piece of the lesson's prose was code."""
    given = {key for cell in released.cells if cell.cell_type == "code" for key in keys("code", cell.source)}
    turned = [p for p in found if p.kind != "code" and p.source.strip() and given & set(keys("code", p.source))]
    if len(turned) <= sum(piece.kind == "code" for piece in found):
        return
    for piece in found:
        if piece.code.binds or any(key in released.by_text for key in keys("code", piece.source)):
            piece.kind = "code"
    for at, piece in enumerate(found):
        if piece.kind == "code" and not piece.code.parses:
            _take_rest(found, at)


def _take_rest(found: list[Piece], at: int) -> None:
    """Code that breaks off takes up the prose behind it that makes it whole: its cell had been split before."""
    text = found[at].source
    for end in range(at + 1, min(at + MOST_PIECES, len(found))):
        text = f"{text}\n{(rest := found[end].source)}"
        if found[end].kind == "code" or len(text) > LONGEST:
            return
        # A reading may leave out what stands around a fence: then nothing was taken up.
        whole = next((r for r in plain_readings(text) if bare(rest) in bare(r) and read_code(r).parses), "")
        if whole:
            found[at].source = whole
            found[at].__dict__.pop("code", None)
            del found[at + 1 : end + 1]
            return


def _plain_type(found: list[Piece], released: Released, notes: list[Note], whole: bool = False) -> None:
    """Code that only a word processor's spaces and quotation marks keep from being Python is made plain.

    An answer's own cell that became prose is code still, where it defines what that answer does. No reading leaves
    an answer out. ``whole``: where one would leave out what any line seems to define, the cell may be two that were
    merged, and waits.
    """
    count, names = 0, {asked.id: asked.names for asked in released.asked.values() if not asked.is_words}
    for piece in found:
        if piece.kind != "code" and piece.code.binds & names.get(piece.claim, frozenset()):
            piece.kind = "code"
        one_remark = piece.code.is_blank and _ENDS & set(piece.source)  # it goes on to the end of the only line
        is_code = piece.code.parses and not one_remark and not holds_entities(piece.source, piece.code.uses)
        if piece.kind != "code" or is_code or len(piece.source) > LONGEST:
            continue
        seen = seems_to_define(piece.source)
        kept = (seen | set(_DEFINED.findall(piece.source))) & set(released.owner_of)
        kept |= seen if whole else set()
        readings = (text for text in plain_readings(piece.source) if read_code(text).parses)
        readings = (text for text in readings if read_code(text).binds >= kept)
        if plain := next((text for text in readings if read_code(text).binds), ""):  # not an example in prose
            piece.source, count = plain, count + 1
            del piece.code
    if count:
        notes.append(Note("typography", count=count))


def _heads_are_code(found: list[Piece], released: Released) -> None:
    """The head of an answer that was merged into words is code, where the rest of that answer stands below it."""
    for piece, rest in itertools.pairwise(found):
        if piece.kind == "code" or rest.kind != "code" or piece.code.parses or not starts_inside(rest.source):
            continue
        if piece.code.binds & set(released.owner_of) and read_code(f"{piece.source}\n{rest.source}").parses:
            piece.kind = "code"


def _join_split(found: list[Piece], released: Released, notes: list[Note]) -> list[Piece]:
    """Join code cells that are Python only together, neighbours first, then those of one name."""
    out: list[Piece] = []
    count, at = 0, 0
    while at < len(found):
        length, whole = _joined(found, at, released)
        out.append(whole)
        count, at = count + (length if length > 1 else 0), at + length
    if count:
        notes.append(Note("joined", count=count))
    return out


def _joined(found: list[Piece], at: int, released: Released) -> tuple[int, Piece]:
    """How many pieces from a place on are one cell, and that cell."""
    first = found[at]
    if first.kind != "code" or is_given(first, released):
        return 1, first
    best, text = (1, first), first.source
    for length in range(2, MOST_LINES_APART):
        if length - best[0] >= MOST_PIECES:
            break
        following = found[at + length - 1 : at + length]
        if not following or following[0].kind != "code" or is_given(following[0], released):
            break
        whole = f"{text}\n{following[0].source}"
        if length == 2 and not read_code(whole).parses and _goes_on(text, following[0].source):
            whole = text + following[0].source  # it was split in the middle of a line
        text = whole
        parts = found[at : at + length]
        needy = not parts[-1].code.parses or parts[-1].code.is_torn or not best[1].code.parses
        needy = needy or bool(_METHODS.match(parts[-1].source)) or goes_on_inside(best[1].source, parts[-1].source)
        if needy and _is_whole(text) and not _are_whole_without(parts) and not _is_of_lesson(parts, released):
            best = length, _one_of(parts, text, released)
    return best


def _is_whole(text: str) -> bool:
    return read_code(text).parses and not read_code(text).is_torn


def _is_of_lesson(parts: list[Piece], released: Released) -> bool:
    """Whether the first needs no other, and these are lines of one of the lesson's cells, to which it is foreign."""
    rest, whole = (bare("".join(part.source for part in some)) for some in (parts[1:], parts))
    return (
        len(rest) > SHORTEST and _is_whole(parts[0].source) and rest in released.text and whole not in released.text
    )


def _are_whole_without(parts: list[Piece]) -> bool:
    """Whether the first needs no other, and the others together need no first: they are halves of the next cell."""
    rest = "\n".join(part.source for part in parts[1:])
    return len(parts) > 2 and _is_whole(parts[0].source) and not starts_inside(rest) and _is_whole(rest)


def _goes_on(text: str, rest: str) -> bool:
    """Whether they are Python as one line; behind a remark anything would be."""
    return "#" not in text.rsplit("\n", 1)[-1] and read_code(text + rest).parses


def _one_of(parts: list[Piece], text: str, released: Released) -> Piece:
    claims = [part.claim for part in parts if part.claim] or [""]
    known = [part.id for part in parts if part.id in released.by_id] or [parts[0].id]
    return replace(parts[0], source=text, claim=claims[0], id=known[0])
