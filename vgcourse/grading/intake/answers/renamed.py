"""Answers that bear another name than the lesson gave them, where no call of a check says which.

Who deletes a check as well never hears that the name is wrong. What is meant is told by its parameters and its place;
where two could be meant, nobody guesses.
"""

from collections.abc import Iterator
from dataclasses import replace

from vgcourse.grading.intake.lesson_cells import Question, grade_id
from vgcourse.grading.intake.matching import Found, in_place
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.pieces.functions import Function, functions
from vgcourse.grading.intake.pieces.piece import Piece
from vgcourse.grading.intake.reading import Refused


def take_renamed(found: Found) -> None:
    """Where nothing does what a check asks for under its name, take what does under another.

    Raises Refused where the check is gone, and which of several is meant cannot be told. Where nothing is known for
    one of the lesson's exercises, it is another notebook, whose functions are meant for something else.
    """
    cells = [found.released.cells[place] for place in found.at]
    if not any(grade_id(cell) and cell.cell_type == "code" for cell in cells):
        return
    for asked in found.released.asked.values():
        if not asked.is_words and (wanted := _open(found, asked)):
            meant = [_meant(found, asked, one) for one in wanted]
            known = [(one, *by) for one, by in zip(wanted, meant, strict=True) if by]
            if len(names := {name for *_, name in known}) < len(wanted):
                known = _in_their_order(found, asked, wanted) or (known if len(names) == len(known) else [])
            if known and (len(known) == len(wanted) or asked.check in found.at):
                _give_names(found, asked, known)
            else:
                _refuse_nameless(found, asked, [by[1] for by in meant if by])


def _open(found: Found, asked: Question) -> list[Function]:
    """The functions that the released cell asks for and nothing defines: not with anything in them."""
    there = {one.name for piece in _read(found) for one in piece.functions if one.is_written}
    there |= {name for piece in _read(found) for name in piece.code.binds - _defined(piece) - piece.code.before}
    return [one for one in functions(asked.cell.source) if one.name in asked.names - there]


def _read(found: Found) -> Iterator[Piece]:
    return (piece for piece in found.pieces if piece.kind == "code" and piece.code.parses)


def _defined(piece: Piece) -> set[str]:
    return {one.name for one in piece.functions}


def _meant(found: Found, asked: Question, wanted: Function) -> tuple[int, str] | None:
    """Index of the piece, and the name, of what is meant by one of the lesson's names: the nearest that fits."""
    own, free = found.at.get(asked.place), _free(found, asked)
    alike = [one for other in found.released.asked.values() for one in functions(other.cell.source)]
    alone = bool(wanted.parameters) and sum(one.parameters == wanted.parameters for one in alike) == 1
    gone = asked.check not in found.at
    rings = [([own], True), (in_place(found, asked.place, [*free]), gone), ([*free], False)]
    for indices, by_count in rings:
        each = [(i, one) for i in indices for one in free.get(i, ())]
        same = [(i, one.name) for i, one in each if one.parameters == wanted.parameters]
        fits = [(i, name) for i, name in same if alone or gone or i == own]
        fits = fits or [(i, one.name) for i, one in each if by_count and one.is_like(wanted)]
        if len(fits) > 1 and gone:
            raise _refused(asked, [name for _, name in fits])
        if fits:
            return fits[0] if len(fits) == 1 else None
    return None


def _in_their_order(found: Found, asked: Question, wanted: list[Function]) -> list[tuple[Function, int, str]]:
    """Several that call one another: where a check stands that may turn a wrong order down, by their order."""
    own = found.at.get(asked.place)
    if own is None or asked.check not in found.at:
        return []
    there = [one for one in found.pieces[own].functions if one.is_written]
    pairs = list(zip(wanted, there, strict=False))
    fits = len(wanted) == len(there) and all(one.is_like(other) for one, other in pairs)
    return [(one, own, other.name) for one, other in pairs] if fits else []


def _free(found: Found, asked: Question) -> dict[int, list[Function]]:
    """Index → the functions with something in them that are nobody's yet, and that no other function calls."""
    given = {i for place, i in found.at.items() if place != asked.place}
    everywhere = [one for piece in _read(found) for one in piece.functions]
    called = {name for one in everywhere for name in one.uses - {one.name}}
    called |= {*found.released.owner_of, *found.released.names_of_given}
    pieces = ((i, piece) for i, piece in enumerate(found.pieces) if i not in given and i not in found.dropped)
    free = {i: [one for one in piece.functions if one.is_written and one.name not in called] for i, piece in pieces}
    return {i: all_ for i, all_ in free.items() if all_}


def _give_names(found: Found, asked: Question, meant: list[tuple[Function, int, str]]) -> None:
    """What is meant becomes the answer's cell, and gets the lesson's names."""
    own = found.at.get(asked.place)
    cells = sorted({index for _, index, _ in meant} | ({own} - {None}))
    if own is not None and asked.is_stub(found.pieces[own].source):
        cells = [index for index in cells if index != own]
        found.dropped.add(own)
    lines = [f"{wanted.name} = {name}" for wanted, _, name in meant]
    parts = [found.pieces[index].source for index in cells]
    at = cells[-1]
    found.pieces[at] = replace(found.pieces[at], source="\n\n\n".join([*parts, "\n".join(lines)]), claim=asked.id)
    found.dropped |= set(cells[:-1])
    found.at[asked.place] = at
    found.notes.append(Note("renamed", cell=asked.id, lines=", ".join(lines)))


def _refuse_nameless(found: Found, asked: Question, names: list[str]) -> None:
    """With its check gone, what stands in an answer's own cell under no name of the lesson's is still an answer."""
    if asked.check in found.at:
        return
    piece = found.pieces[found.at[asked.place]] if asked.place in found.at else None
    if piece and not asked.is_stub(piece.source) and not piece.code.binds & asked.names:
        names = names or sorted(piece.code.binds)
    if names:
        raise _refused(asked, names)


def _refused(asked: Question, names: list[str]) -> Refused:
    return Refused(Note("other-names", cell=asked.id, names=", ".join(dict.fromkeys(names[:4]))))
