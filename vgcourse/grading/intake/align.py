"""Put a student's cells back onto the released notebook, so that nbgrader finds what it expects.

The release decides which graded cells there are, their order, their points and their tests. The student's
notebook gives the answers, and every cell of the student's own, which stays behind the cell it followed.
"""

from collections import defaultdict

from nbformat import NotebookNode

from vgcourse.grading.intake.reading import Cell, Refused


def align(cells: list[Cell], release: NotebookNode, name: str) -> tuple[NotebookNode, list[str]]:
    """A notebook with the release's graded cells and the student's answers, and notes on what was mended.

    Raises Refused where the cells have nothing in common with the release.
    """
    graded = {grade_id(cell): cell for cell in release.cells if grade_id(cell)}
    places = _places(cells, graded)
    if graded and not any(places):
        raise Refused(f"{name} holds none of the lesson's exercises: it may be another notebook")
    notes = _note_changes(cells, places, graded)
    chosen = _choose(cells, places, graded, notes)
    followers, order = _group(cells, places, chosen, graded)
    notes += _note_order(order, graded)
    built = [_own(cell) for cell in followers[None]]
    for id in (id for id in graded if id in chosen):
        built += [_restored(graded[id], cells[chosen[id]]), *(_own(cell) for cell in followers[id])]
    for id in (id for id in graded if id not in chosen):
        built.insert(_place_of(id, built, release), _restored(graded[id], None))
    return _notebook(built, release), notes + _note_missing(graded, chosen)


def grade_id(cell: NotebookNode) -> str:
    """The name that nbgrader knows a cell by; empty for a cell that it does not know."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def is_answer(cell: NotebookNode) -> bool:
    """Whether a released cell is the student's to write."""
    return bool(cell.metadata.nbgrader.get("solution")) and not cell.metadata.nbgrader.get("locked")


def _places(cells: list[Cell], graded: dict[str, NotebookNode]) -> list[str]:
    """Which graded cell each submitted cell is, by its metadata, else by its id, else by a test's own text."""
    sources = {cell.source.strip(): id for id, cell in graded.items() if not is_answer(cell)}
    named = {id for cell in cells if (id := cell.nbgrader.get("grade_id")) in graded and isinstance(id, str)}
    found = []
    for cell in cells:
        own = cell.nbgrader.get("grade_id")
        guess = cell.id if cell.id in graded else sources.get(cell.source.strip(), "")
        if isinstance(own, str) and own in graded:
            found.append(own)
        else:
            # Some editors drop the metadata; a guess never competes with a cell that says what it is.
            found.append("" if guess in named else guess)
    return found


def _choose(
    cells: list[Cell], places: list[str], graded: dict[str, NotebookNode], notes: list[str]
) -> dict[str, int]:
    """Which of the submitted cells stands for each graded one: of several copies the last that has an answer."""
    copies = defaultdict(list)
    for index, id in enumerate(places):
        if id:
            copies[id].append(index)
    chosen = {}
    for id, indices in copies.items():
        written = [i for i in indices if cells[i].source.strip() != graded[id].source.strip()]
        chosen[id] = (written or indices)[-1] if is_answer(graded[id]) else indices[0]
        if len(indices) > 1:
            notes.append(f"the cell {id} was there {len(indices)} times")
    return chosen


def _group(
    cells: list[Cell], places: list[str], chosen: dict[str, int], graded: dict[str, NotebookNode]
) -> tuple[dict[str | None, list[Cell]], list[str]]:
    """The student's own cells by the graded cell they follow, and the graded cells in the student's order.

    A further copy of a cell stays as an ordinary cell and runs where it stood, unless it is the same test again.
    """
    followers: dict[str | None, list[Cell]] = defaultdict(list)
    order, last = [], None
    for index, (cell, id) in enumerate(zip(cells, places, strict=True)):
        if id and chosen[id] == index:
            last = id
            order.append(id)
        elif not id or cell.source.strip() != graded[id].source.strip():
            followers[last].append(cell)
    return followers, order


def _place_of(id: str, built: list[NotebookNode], release: NotebookNode) -> int:
    """Where a missing cell belongs: before the first cell that the release has after it."""
    order = [cell.get("id") for cell in release.cells]
    before, later = set(order[: order.index(id)]), set(order[order.index(id) + 1 :])
    start = max((place + 1 for place, cell in enumerate(built) if grade_id(cell) and cell.id in before), default=0)
    return next((place for place, cell in enumerate(built) if place >= start and cell.id in later), len(built))


def _restored(released: NotebookNode, answer: Cell | None) -> NotebookNode:
    """The released cell, with the student's source where it is the student's to write."""
    ours = is_answer(released) and answer is not None
    source = answer.source if ours else released.source
    cell = _new(released.cell_type, released.get("id", grade_id(released)), source)
    cell.metadata = released.metadata.copy()
    if ours and answer.attachments and released.cell_type == "markdown":
        cell.attachments = answer.attachments
    return cell


def _own(cell: Cell) -> NotebookNode:
    built = _new(cell.kind, cell.id, cell.source)
    if cell.attachments and cell.kind == "markdown":
        built.attachments = cell.attachments
    return built


def _new(kind: str, id: str, source: str) -> NotebookNode:
    """A bare cell. nbformat's own `new_code_cell` validates each; they are all validated when they are written."""
    cell = NotebookNode(cell_type=kind, id=id, metadata=NotebookNode(), source=source)
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


def _notebook(cells: list[NotebookNode], release: NotebookNode) -> NotebookNode:
    """The cells as a notebook; a cell of prose or given code gets the released cell's metadata back."""
    given = {cell.get("id"): cell for cell in release.cells if not grade_id(cell)}
    for position, cell in enumerate(cells):
        if grade_id(cell):
            continue
        released = given.pop(cell.id, None)
        if released is not None and released.cell_type == cell.cell_type:
            cell.metadata = released.metadata.copy()
        else:
            cell.id = f"own-{position}"
    kept = {key: release[key] for key in ("metadata", "nbformat", "nbformat_minor")}
    return NotebookNode(cells=cells, **kept)


def _note_changes(cells: list[Cell], places: list[str], graded: dict[str, NotebookNode]) -> list[str]:
    changed = []
    for cell, id in zip(cells, places, strict=True):
        if id and not is_answer(graded[id]) and cell.source.strip() != graded[id].source.strip():
            changed.append(id)
    return [f"the test {id} had been changed and was put back" for id in dict.fromkeys(changed)]


def _note_order(order: list[str], graded: dict[str, NotebookNode]) -> list[str]:
    expected = [id for id in graded if id in set(order)]
    return [] if order == expected else ["the cells stood in another order and were put back into the lesson's"]


def _note_missing(graded: dict[str, NotebookNode], chosen: dict[str, int]) -> list[str]:
    notes = []
    for id in (id for id in graded if id not in chosen):
        what = "the answer cell" if is_answer(graded[id]) else "the test"
        notes.append(f"{what} {id} was missing and was put back")
    return notes
