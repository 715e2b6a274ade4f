"""Which piece of a submission is the answer to what a lesson asks.

A piece is known by its name (nbgrader's metadata, or its id), by the names that it defines, by where it stands. Where
two different answers could be meant, nobody guesses: the submission is not graded, and the reason says why.
"""

import re
import textwrap
from dataclasses import replace

from vgcourse.grading.intake.answers.hidden import find_hidden
from vgcourse.grading.intake.answers.other_names import take_names_of_checks
from vgcourse.grading.intake.answers.own_words import note_words_elsewhere, shows_words
from vgcourse.grading.intake.answers.renamed import take_renamed
from vgcourse.grading.intake.answers.within import take_from_within
from vgcourse.grading.intake.code import Code, lasting, parts_by_owner, read_code, starts_inside
from vgcourse.grading.intake.lesson_cells import Question, bare, keys
from vgcourse.grading.intake.matching import Found, bracket, in_place, refuse_two_answers
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.pieces.piece import Piece
from vgcourse.grading.intake.pieces.readings import is_flat
from vgcourse.grading.intake.reading import Refused

_TAG = re.compile(r"<[^<>]*>")  # a badge that an editor puts on top says nothing
SHORTEST_NEIGHBOUR = 12  # letters by which a text of the lesson's is known


def find_answers(found: Found) -> None:
    """Find the piece of each answer; raises Refused where that cannot be told for certain."""
    for asked in found.released.asked.values():
        (_find_words if asked.is_words else _find_code)(found, asked)
    find_hidden(found)
    _refuse_torn(found)
    _refuse_flat(found)
    take_names_of_checks(found)
    take_from_within(found)
    take_renamed(found)
    note_words_elsewhere(found)


def _find_code(found: Found, asked: Question) -> None:
    free = [i for i in range(len(found.pieces)) if i not in found.taken()]
    named = [i for i in free if _claims(found, i, asked)]
    stubs = [i for i in free if i in named or _is_like_stub(found.pieces[i], asked)]
    stubs = [i for i in stubs if asked.is_stub(found.pieces[i].source)]
    stubs += [i for i in free if i not in stubs and _is_part_of_stub(found.pieces[i], asked)]
    index = _written(found, asked, [i for i in free if i not in stubs], named)
    if index is not None:
        _take_up(found, asked, index, [i for i in free if i not in stubs])
    else:
        index = (in_place(found, asked.place, stubs) or stubs)[0] if stubs else _by_place(found, asked, free)
    found.dropped |= {i for i in stubs if i != index and not _is_empty(found.pieces[i])}
    _note_copies(found, asked, named)
    if index is not None:
        found.at[asked.place] = index


def _written(found: Found, asked: Question, free: list[int], named: list[int]) -> int | None:
    """The piece in which the answer is written, by the strongest sign that there is."""
    here = _above_check(found, asked, free)
    defining = [i for i in free if _sets(found.pieces[i], asked)]
    by_name = [i for i in defining if i in named]
    beside = [i for i in defining if i in here and i not in named]
    elsewhere = [i for i in defining if i not in named and _sets_all(found.pieces[i].code, asked)]
    if by_name and (in_place(found, asked.place, by_name) or not beside):
        _refuse_without_check(found, asked, [*by_name, *beside])
        return _one_of(found, asked, by_name)
    if beside:
        return _noted(found, asked, _one_of(found, asked, beside), "the names that it defines")
    if elsewhere:
        return _noted(found, asked, _one_of(found, asked, elsewhere), "the names that it defines")
    if left := [i for i in free if i in named]:
        return _one_of(found, asked, left)
    return None


def _refuse_without_check(found: Found, asked: Question, defining: list[int]) -> None:
    """The last above the check counts; with the check deleted, a copy may have stood below it: nobody can tell."""
    here = {_key(found.pieces[i]) for i in in_place(found, asked.place, defining)}
    if asked.check not in found.at and asked.check is not None and len(here) > 1:
        parts = [found.pieces[i].code.binds & asked.names for i in defining]
        if sum(map(len, parts)) > len(frozenset().union(*parts)):  # no halves of one answer
            raise refuse_two_answers(asked, len(here), ", and no check that would tell where one belongs")


def _take_up(found: Found, asked: Question, index: int, free: list[int]) -> None:
    """Functions of an answer that stand below its check come up to it, where nothing above defines them."""
    check = found.at.get(asked.check, len(found.pieces))
    there = frozenset().union(*(piece.code.binds for piece in [*found.pieces[:check], found.pieces[index]]))
    below = [i for i in free if i > check and i != index and found.pieces[i].code.defines & (asked.names - there)]
    if len({_key(found.pieces[i]) for i in below}) != 1 or not found.pieces[below[0]].code.parses:
        return
    whole, rest = found.pieces[index], found.pieces[below[0]]
    found.pieces[index] = Piece("code", f"{whole.source}\n\n\n{rest.source}", whole.id, asked.id)
    found.dropped |= set(below)
    found.notes.append(Note("joined", count=2))


def _by_place(found: Found, asked: Question, free: list[int]) -> int | None:
    """The nameless piece above the check where that stands where it was: a function of another name, say."""
    last = [i for i in _above_check(found, asked, free) if _stands_before_check(found, asked, i)]
    last = [i for i in last if not found.pieces[i].code.binds & set(found.released.owner_of)]  # another's answer
    return _noted(found, asked, last[-1], "its place before the check") if last else None


def _stands_before_check(found: Found, asked: Question, index: int) -> bool:
    """Whether a nameless piece of code, which does something, stands above the check, which is where it was."""
    piece, check = found.pieces[index], found.at.get(asked.check, -1)
    if piece.kind != "code" or piece.claim or piece.code.is_blank or not piece.source.strip():
        return False
    return index < check and asked.check in (place for _, place in found.unmoved())


def _noted(found: Found, asked: Question, index: int, by: str) -> int:
    found.notes.append(Note("answer-found", cell=asked.id, by=by))
    return index


def _above_check(found: Found, asked: Question, free: list[int]) -> list[int]:
    """Those that stand where the answer stood: before its check, behind what the lesson has before it."""
    return in_place(found, asked.place, free)


def _sets(piece: Piece, asked: Question) -> bool:
    """Whether it sets one of the names that the check takes; a cell that is no code only by a definition."""
    names = piece.code.binds if piece.kind == "code" else piece.code.defines if piece.code.parses else frozenset()
    return bool(names & asked.names) and not _is_from_lesson(names, piece, asked)


def _sets_all(code: Code, asked: Question) -> bool:
    """Whether it can hardly be meant for anything else."""
    return bool(code.defines & asked.names) or code.binds >= asked.names


def _is_from_lesson(names: frozenset[str], piece: Piece, asked: Question) -> bool:
    """``f = fallback("f", f)``, changed a little: it uses the answer, it is none."""
    return not piece.code.defines & asked.names and bool(piece.code.before & asked.names & names)


def _claims(found: Found, index: int, asked: Question) -> bool:
    """Whether a piece says that it is this answer, and does not define another one instead."""
    piece = found.pieces[index]
    if piece.claim != asked.id:
        return False
    others = [one for one in found.released.asked.values() if one.id != asked.id and not one.is_words and one.names]
    return bool(piece.code.binds & asked.names) or not any(_sets_all(piece.code, other) for other in others)


def _one_of(found: Found, asked: Question, indices: list[int]) -> int:
    """The only one; of several the only one in its place, or any of those that say the same."""
    best = in_place(found, asked.place, indices) or indices
    whole = [i for i in best if found.pieces[i].code.binds >= asked.names] or best
    whole.sort(key=lambda i: (-len(_others_in(found, i, asked)), i))  # one with other answers in it comes first
    each = sorted({_own_key(found, i, asked): i for i in whole}.values())  # the last of those that say the same
    if len(each) > 1 and not (joined := _as_parts(found, asked, each)):
        here = best is not indices or in_place(found, asked.place, best)
        where = ", where one belongs" if here else ", and none where the lesson has it"
        raise refuse_two_answers(asked, len(each), where)
    if len(each) > 1:
        found.dropped |= set(whole) - set(each)
        return joined
    return whole[-1]


def _as_parts(found: Found, asked: Question, indices: list[int]) -> int:
    """One answer that was split at a statement becomes one again; 0 where two of them set the same name."""
    parts = [found.pieces[i] for i in indices]
    seen: set[str] = set()
    for part in parts:
        if seen & part.code.binds & asked.names:
            return 0
        seen |= part.code.binds
    last = indices[-1]
    whole = Piece(parts[-1].kind, "\n\n".join(p.source for p in parts), parts[-1].id, asked.id)
    if not whole.code.parses:
        raise Refused(Note("torn", start=next(p.source for p in parts if not p.code.parses).strip()[:60]))
    found.pieces[last] = whole
    found.dropped |= set(indices[:-1])
    found.notes.append(Note("joined", count=len(parts)))
    return last


def _key(piece: Piece) -> str:
    return lasting(piece.source)


def _others_in(found: Found, index: int, asked: Question) -> set[str]:
    """The other answers that a piece holds as well."""
    owners = found.released.owner_of
    return {owners[name] for name in found.pieces[index].code.binds if name in owners} - {asked.id}


def _own_key(found: Found, index: int, asked: Question) -> str:
    """The key of what a piece says of one answer, where it holds others as well."""
    piece = found.pieces[index]
    if not _others_in(found, index, asked) or not piece.code.parses:
        return _key(piece)
    parts = parts_by_owner(piece.source, found.released.owner_of)
    return lasting("\n".join(text for owner, text in parts if owner == asked.id))


def _is_like_stub(piece: Piece, asked: Question) -> bool:
    return bool(set(keys(piece.kind, piece.source)) & set(keys(asked.cell.cell_type, asked.cell.source)))


def _is_part_of_stub(piece: Piece, asked: Question) -> bool:
    """Whether it defines some of what is asked, without a body: a cell that was split has such parts."""
    return piece.kind == "code" and piece.code.is_blank and bool(piece.code.binds) and piece.code.binds < asked.names


def _is_empty(piece: Piece) -> bool:
    return not piece.source.strip()


def _note_copies(found: Found, asked: Question, named: list[int]) -> None:
    if len(named) > 1:
        found.notes.append(Note("copied", cell=asked.id, times=len(named)))


def _find_words(found: Found, asked: Question) -> None:
    """A written answer: its own cell; where that is as released or lost, what else stands in words at its place."""
    free = [i for i in range(len(found.pieces)) if i not in found.taken()]
    named = [i for i in free if found.pieces[i].claim == asked.id]
    for i in named:
        _without_lesson(found, asked, i)
    stubs = [i for i in free if _is_like_stub(found.pieces[i], asked) or (i in named and _is_empty(found.pieces[i]))]
    written = [i for i in named if i not in stubs]
    _note_copies(found, asked, named)
    if written:
        found.at[asked.place] = (in_place(found, asked.place, written) or written)[-1]
        found.dropped |= set(stubs) & set(named)
        return
    here = (in_place(found, asked.place, stubs) or [i for i in stubs if i in named])[:1]
    words = [i for i in free if i not in stubs and _has_words(found, i)]
    near = _near(found, asked, words) or _beside_copies(found, asked, words)
    words = near if here else near or _anywhere(found, asked, words)
    if not here and not words:
        return
    if words:
        here = [_take_words(found, asked, words, bool(here))]
        found.dropped |= {i for i in stubs if i in named or i in in_place(found, asked.place, stubs)}
    found.at[asked.place] = here[0]


def _without_lesson(found: Found, asked: Question, index: int) -> None:
    """A stub that was merged with the text beside it, of which the lesson has a copy elsewhere, is a stub still."""
    text, stub = bare(found.pieces[index].source), bare(asked.cell.source)
    if stub and stub in text and text in found.released.text:
        found.pieces[index] = replace(found.pieces[index], source=asked.cell.source)


def _near(found: Found, asked: Question, words: list[int]) -> list[int]:
    """Those at the answer's place, behind something that the lesson has before it."""
    return in_place(found, asked.place, words) if bracket(found, asked.place)[0] >= 0 else []


def _beside_copies(found: Found, asked: Question, words: list[int]) -> list[int]:
    """Those that stand where the answer stands in a copy of the lesson: next to a copy of what stands next to it."""
    cells = found.released.cells
    above = bare(cells[asked.place - 1].source) if asked.place else ""
    below = bare(cells[asked.place + 1].source) if asked.place + 1 < len(cells) else ""
    return [
        i for i in words
        if above.endswith(_neighbour(found, i, -1) or " ") or below.startswith(_neighbour(found, i, 1) or " ")
    ]  # fmt: skip


def _neighbour(found: Found, index: int, step: int) -> str:
    """The next text of the lesson's up or down from a piece, a paragraph perhaps, without marks and spaces."""
    while 0 <= (index := index + step) < len(found.pieces):
        text = bare(found.pieces[index].source)
        if len(text) > SHORTEST_NEIGHBOUR and text in found.released.text:
            return text
    return ""


def _anywhere(found: Found, asked: Question, words: list[int]) -> list[int]:
    """Where the answer's cell is lost, and only one such cell is: all that the student wrote in words."""
    asked_in_words = [one for one in found.released.asked.values() if one.is_words]
    bound = set().union(*(piece.code.binds for piece in found.pieces))
    owners = found.released.owner_of
    answered = {id for name, id in owners.items() if name in bound}
    return words if asked_in_words == [asked] and len(answered) * 2 >= len({*owners.values()}) else []


def _take_words(found: Found, asked: Question, words: list[int], beside: bool) -> int:
    """The words as one cell."""
    kind = Note("words-found", cell=asked.id) if beside else Note("answer-found", cell=asked.id, by="its place")
    found.notes.append(kind)
    parts = list({bare(found.pieces[i].source): found.pieces[i] for i in words}.values())
    pictures = {name: picture for part in parts for name, picture in part.attachments.items()}
    text = "\n\n".join(part.source.strip() for part in parts)
    found.pieces[words[0]] = Piece("markdown", text, parts[0].id, asked.id, pictures)
    found.dropped |= set(words[1:])
    return words[0]


def _has_words(found: Found, index: int) -> bool:
    """Whether it is the student's prose, whatever the cell's type: no code, and no piece of the lesson's text."""
    piece = found.pieces[index]
    if (
        not bare(_TAG.sub("", piece.source))
        or bare(piece.source) in found.released.text
        or found.released.is_edited(piece.source)
    ):
        return False
    if piece.claim and piece.claim in {asked.id for asked in found.released.asked.values() if not asked.is_words}:
        return False
    code = piece.code
    if (code.parses and code.binds & set(found.released.owner_of)) or _is_torn(piece):
        return False  # an answer in code, or a piece of one, whatever the cell's type
    return piece.kind != "code" or code.is_words or (code.is_blank and not code.binds) or shows_words(piece.source)


def _refuse_torn(found: Found) -> None:
    """A piece of a cell that was split, whose other half stands elsewhere: an answer may lack its end."""
    written = {i for place, i in found.at.items() if place in found.released.asked and _defines_asked(found, place)}
    given = {i for place, i in found.at.items() if place not in found.released.asked} | written
    for index, piece in enumerate(found.pieces):
        if index in found.dropped or index in given or not _is_torn(piece):
            continue
        first = next(line for line in piece.source.split("\n") if line.strip())
        raise Refused(Note("torn", start=first.strip()[:60]))


def _defines_asked(found: Found, place: int) -> bool:
    """Whether an answer is more than the inside of one; a ``return`` at the margin is a beginner's, no piece."""
    asked, piece = found.released.asked[place], found.pieces[found.at[place]]
    return asked.is_words or bool(piece.code.binds & asked.names) or not starts_inside(piece.source)


def _refuse_flat(found: Found) -> None:
    """An answer that lost its indentation on its way: what stood in which loop nobody can tell."""
    for asked in found.released.asked.values():
        piece = None if asked.is_words or asked.place not in found.at else found.pieces[found.at[asked.place]]
        if piece and not piece.code.parses and is_flat(piece.source):
            raise Refused(Note("flat", cell=asked.id))


def _is_torn(piece: Piece) -> bool:
    """Whether it is the inside of a definition: code, or what had been code before one stroke made prose of all."""
    if piece.kind == "code" or piece.source[:1] not in (" ", "\t"):
        return piece.kind == "code" and piece.code.is_torn
    inside = read_code(textwrap.dedent(piece.source))
    return inside.parses and (inside.is_torn or bool(inside.defines))


__all__ = ["bracket", "find_answers"]
