"""A written answer that stands in a cell of its own, below the cell that was handed out for it and left as it was."""

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from vgcourse.grading.intake.lesson_cells import grade_id

FEWEST = 3  # words that are more than a heading


def words_below(graded: NotebookNode, release: NotebookNode) -> list[str]:
    """The written answers whose cell is as released, with prose of the student's own before the next graded cell."""
    stubs = {grade_id(cell): cell.source.strip() for cell in release.cells if is_grade(cell) and is_solution(cell)}
    given = {cell.source.strip() for cell in release.cells}
    found, open_ = [], ""
    for cell in graded.cells:
        if grade_id(cell):
            open_ = grade_id(cell) if stubs.get(grade_id(cell)) == cell.source.strip() else ""
        elif open_ and cell.cell_type == "markdown" and _is_own(cell, given) and open_ not in found:
            found.append(open_)
    return found


def _is_own(cell: NotebookNode, given: set[str]) -> bool:
    return cell.source.strip() not in given and len(cell.source.split()) >= FEWEST
