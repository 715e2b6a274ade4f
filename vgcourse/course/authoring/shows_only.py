"""The tag of a cell that only shows something.

In a lesson's text such a cell has the tag ``shows_only=true``: it draws, prints or trains for the reader, and changes
nothing but names of its own. The build keeps the tag with a digest of the source, so that a cell which a student
changed counts as the student's. What grading makes of it: `vgcourse.grading.notebook.idle_cells`.
"""

import hashlib

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

SHOWS_ONLY = "shows_only"  # the tag in the header of such a cell
KEY = "vgcourse"  # where a cell's metadata keep it


def mark(cell: NotebookNode) -> None:
    """Turn the tag of a cell into what a built notebook keeps of it."""
    if cell.metadata.pop(SHOWS_ONLY, False):
        cell.metadata[KEY] = {SHOWS_ONLY: _digest(cell.source)}


def only_shows(cell: NotebookNode) -> bool:
    """Whether a cell has the tag, nobody changed it, and it neither asks for an answer nor grades one."""
    kept = cell.metadata.get(KEY)
    tagged = isinstance(kept, dict) and kept.get(SHOWS_ONLY) == _digest(cell.source)
    return tagged and not is_grade(cell) and not is_solution(cell)


def _digest(source: str) -> str:
    return hashlib.sha256(source.strip().encode("utf-8", "surrogatepass")).hexdigest()[:16]
