"""Put a student's cells back onto the released notebook, so that nbgrader finds what it expects.

The release decides which graded cells there are, their order, their points and their tests. The student's notebook
gives the answers, however its cells were named, split, merged or moved on the way, and every cell of the student's
own. What cannot be told for certain is refused, with the reason.
"""

from nbformat import NotebookNode

from vgcourse.grading.intake.answers import find_answers
from vgcourse.grading.intake.code import read_code, with_futures_first
from vgcourse.grading.intake.lesson_cells import Released, grade_id, is_answer
from vgcourse.grading.intake.matching import Found, match_given
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.order import Step, in_order
from vgcourse.grading.intake.pieces import pieces
from vgcourse.grading.intake.pieces.piece import Piece
from vgcourse.grading.intake.reading import Cell, Refused

__all__ = ["align", "answered", "grade_id", "is_answer"]


def align(cells: list[Cell], release: NotebookNode, name: str) -> tuple[NotebookNode, list[Note]]:
    """A notebook with the release's graded cells and the student's answers, and notes on what was mended.

    Raises Refused where the cells have nothing in common with the release, and where two answers could be meant.
    """
    notes: list[Note] = []
    released = Released.of(release)
    found = match_given(pieces(cells, released, notes, name), released)
    find_answers(found)
    if any(grade_id(c) for c in release.cells) and not any(_is_of_lesson(found, place) for place in found.at):
        raise Refused(Note("other-notebook", file=name))
    _note_lost_words(found)
    built = [_cell(step, found) for step in in_order(found)]
    _note_kinds(found, notes)
    return _notebook(built, release), list(dict.fromkeys(notes + found.notes))


def answered(notebook: NotebookNode, release: NotebookNode) -> dict[str, str]:
    """The answers of an aligned notebook that are more than the released stub: name → source."""
    asked = {one.id: one for one in Released.of(release).asked.values()}
    sources = {grade_id(cell): cell.source for cell in notebook.cells if grade_id(cell) in asked}
    return {id: source for id, source in sources.items() if not asked[id].is_stub(source)}


def _cell(step: Step, found: Found) -> NotebookNode:
    if step.place is None:
        return _own(found.pieces[step.index])
    piece = None if step.index is None else found.pieces[step.index]
    asked = found.released.asked.get(step.place)
    if piece and asked and asked.is_words and asked.is_stub(piece.source) and not piece.attachments:
        piece = None  # wiped out, it would be one that waits to be read
    return _restored(found.released.cells[step.place], piece)


def _restored(released: NotebookNode, piece: Piece | None) -> NotebookNode:
    """The released cell, with the student's source where it is not a test."""
    ours = piece is not None and (not grade_id(released) or is_answer(released))
    if ours and not grade_id(released) and released.cell_type == "code" and _is_lost(piece, released):
        ours = False
    cell = _new(released.cell_type, released.get("id", grade_id(released)), piece.source if ours else released.source)
    cell.metadata = released.metadata.copy()
    attachments = piece.attachments if ours else released.get("attachments")
    if attachments and released.cell_type == "markdown":
        cell.attachments = attachments
    return cell


def _is_lost(piece: Piece, released: NotebookNode) -> bool:
    """Whether nothing is left of what the lesson's cell did: half of a cell, say, or one that was commented out."""
    return not piece.code.parses or (piece.code.is_blank and not read_code(released.source).is_blank)


def _own(piece: Piece) -> NotebookNode:
    """A cell of the student's own; what defines something is code, whatever an editor made of it."""
    kind = "code" if piece.code.parses and piece.code.binds else piece.kind
    built = _new(kind, "", piece.source)
    if piece.attachments and kind == "markdown":
        built.attachments = piece.attachments
    return built


def _new(kind: str, id: str, source: str) -> NotebookNode:
    """A bare cell. nbformat's own `new_code_cell` validates each; they are all validated when they are written."""
    cell = NotebookNode(cell_type=kind, id=id, metadata=NotebookNode(), source=source)
    if kind == "code":
        cell.source = with_futures_first(source)
        cell |= {"execution_count": None, "outputs": []}
    return cell


def _notebook(cells: list[NotebookNode], release: NotebookNode) -> NotebookNode:
    for position, cell in enumerate(cells):
        cell.id = cell.id or f"own-{position}"
    kept = {key: release[key] for key in ("metadata", "nbformat", "nbformat_minor")}
    return NotebookNode(cells=cells, **kept)


def _is_of_lesson(found: Found, place: int) -> bool:
    """Whether a graded cell was found for certain: words alone do not tell, for most lessons ask for some."""
    cell, piece = found.released.cells[place], found.pieces[found.at[place]]
    return bool(grade_id(cell)) and (cell.cell_type == "code" or piece.claim == grade_id(cell))


def _note_lost_words(found: Found) -> None:
    """Where no cell of prose is left, nobody can say that a written answer was not given."""
    if any(piece.kind != "code" and piece.source.strip() for piece in found.pieces):
        return
    for place, asked in found.released.asked.items():
        if asked.is_words and place not in found.at:
            found.notes.append(Note("words-lost", cell=asked.id))


def _note_kinds(found: Found, notes: list[Note]) -> None:
    changed = [p for p, i in found.at.items() if found.pieces[i].kind != found.released.cells[p].cell_type]
    if changed:
        notes.append(Note("kind-changed", count=len(changed)))
