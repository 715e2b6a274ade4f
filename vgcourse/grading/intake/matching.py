"""Which of the lesson's cells each piece of a submission is, and which of them still stand where they stood."""

from bisect import bisect_left
from dataclasses import dataclass, field

from vgcourse.grading.intake.lesson_cells import Question, Released, check_arguments, grade_id, keys
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.pieces.piece import Piece
from vgcourse.grading.intake.reading import Refused


@dataclass
class Found:
    """Place in the lesson → index of the piece that stands for it; ``dropped``: pieces that say nothing new."""

    pieces: list[Piece]
    released: Released
    notes: list[Note] = field(default_factory=list)
    at: dict[int, int] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)

    def taken(self) -> set[int]:
        """The pieces that stand for one of the lesson's cells, or are left out."""
        return {*self.at.values(), *self.dropped}

    def unmoved(self) -> list[tuple[int, int]]:
        """The longest row of (index, place) in which the lesson's cells still stand in the lesson's order."""
        return _longest_row(sorted((index, place) for place, index in self.at.items()))


def match_given(pieces: list[Piece], released: Released) -> Found:
    """Find what is given: each by its own text first, else by its name or id."""
    found = Found(pieces, released)
    candidates = _candidates(pieces, released)
    for place, indices in candidates.items():
        if len(indices) == 1:
            found.at[place] = indices[0]
    for place, indices in candidates.items():
        if len(indices) > 1:
            _choose_copy(found, place, [i for i in indices if i not in found.at.values()] or indices)
    _note_checks(found, candidates)
    return found


def _candidates(pieces: list[Piece], released: Released) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for index, piece in enumerate(pieces):
        place = _by_text(piece, released)
        if place is None and not _is_answer_by_name(piece, released):
            place = released.by_id.get(piece.claim or piece.id)
        place = _by_call(piece, released) if place is None else place
        if place is not None and place not in released.asked:
            found.setdefault(place, []).append(index)
    return found


def _by_call(piece: Piece, released: Released) -> int | None:
    """The check that a nameless piece calls, and hands other names to than the lesson does."""
    called = check_arguments(piece.source) if piece.kind == "code" else ()
    place = released.by_call.get(called[0]) if called and not piece.code.binds else None
    return None if place is None or called == check_arguments(released.cells[place].source) else place


def _by_text(piece: Piece, released: Released) -> int | None:
    """Where the lesson has this very text; of several such places the one that the piece's id names."""
    for key in keys(piece.kind, piece.source):
        if places := released.by_text.get(key):
            return released.by_id[piece.id] if released.by_id.get(piece.id) in places else places[0]
    return None


def _is_answer_by_name(piece: Piece, released: Released) -> bool:
    """A given cell's id on what defines an answer, and calls no check: the id is an accident."""
    place = released.by_id.get(piece.claim or piece.id)
    if place is None or place in released.asked:
        return True
    cell = released.cells[place]
    calls = grade_id(cell) and "check" in piece.code.uses
    is_code = piece.kind == "code" or piece.code.parses  # one stroke makes prose of code
    # A check's cell sets nothing: what does was typed in the place of its call, values too.
    own = piece.code.binds - piece.code.before if grade_id(cell) else piece.code.defines
    return not calls and bool(own & set(released.owner_of)) and is_code


def _choose_copy(found: Found, place: int, indices: list[int]) -> None:
    """Of several the one in the lesson's place; a copy of a given cell that would run too early is dropped."""
    wanted = set(keys(found.released.cells[place].cell_type, found.released.cells[place].source))
    same = [i for i in indices if wanted & set(keys(found.pieces[i].kind, found.pieces[i].source))]
    best = in_place(found, place, same or indices) or same or indices
    found.at[place] = best[0]
    code = found.released.cells[place].cell_type == "code"
    check = bool(grade_id(found.released.cells[place]))
    takes_up = any(_takes_up(found, i) for i in same)  # `f = fallback("f", f)`: once, and behind the check of f
    found.dropped |= {i for i in same if i != best[0] and (check or (code and (takes_up or i < best[0])))}


def _takes_up(found: Found, index: int) -> bool:
    code = found.pieces[index].code
    return bool(code.before & code.binds & set(found.released.owner_of))


def in_place(found: Found, place: int, indices: list[int]) -> list[int]:
    """Those between the lesson's cells before and after that place."""
    start, end = bracket(found, place)
    return [index for index in indices if start < index < end]


def bracket(found: Found, place: int) -> tuple[int, int]:
    """The indices of the pieces between which a place of the lesson lies."""
    row = [(index, p) for index, p in found.unmoved() if p != place]
    start = max((index for index, p in row if p < place), default=-1)
    end = min((index for index, p in row if p > place), default=len(found.pieces))
    return start, end


def _longest_row(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs, which are sorted, in which the second numbers grow too."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for i, (_, place) in enumerate(pairs):
        length = bisect_left(tops, place)
        before.append(ends[length - 1] if length else -1)
        tops[length:], ends[length:] = [place, *tops[length + 1 :]], [i, *ends[length + 1 :]]
    row, i = [], ends[-1] if ends else -1
    while i >= 0:
        row.append(pairs[i])
        i = before[i]
    return row[::-1]


def _note_checks(found: Found, candidates: dict[int, list[int]]) -> None:
    for place in found.released.checks():
        cell, indices = found.released.cells[place], candidates.get(place, [])
        if len(indices) > 1:
            found.notes.append(Note("check-copied", cell=grade_id(cell), times=len(indices)))
        wanted = set(keys(cell.cell_type, cell.source))
        texts = [set(keys(cell.cell_type, found.pieces[i].source)) for i in indices]
        if any(not wanted & text for text in texts):
            found.notes.append(Note("check-changed", cell=grade_id(cell)))


def refuse_two_answers(asked: Question, times: int, where: str) -> Refused:
    """The reason for a submission that cannot be told apart from another one."""
    return Refused(Note("two-answers", cell=asked.id, times=times, where=where))
