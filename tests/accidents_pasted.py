"""Accidents of pasting and clicking: what comes along from a diff, a listing, a chat, and what a sidebar writes.

They change a ``Handed`` of ``accidents.py``, and are tried with the others.
"""

import re
import unicodedata

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from tests.accidents_edited import _written
from tests.accidents_typed import _check_of, _stub
from vgcourse.grading.intake.code import read_code
from vgcourse.grading.intake.lesson_cells import grade_id


def zero_width(h):
    """Pasted from a chat: blanks that nobody sees, at the ends of lines and between words."""
    for cell in _written(h):
        cell.source = re.sub(r"(?m)$", "\u200b", cell.source).replace(" = ", " =\u2060 ")


def minus_signs(h):
    """A word processor made dashes and signs of the minuses in the code."""
    for cell in _written(h):
        changed = re.sub(r" - (?=[\w(])", h.random.choice((" \u2013 ", " \u2212 ")), cell.source)
        if not read_code(changed).parses:  # in a docstring alone it changes nothing
            cell.source = changed


def line_numbers(h):
    """Copied from a listing, with the numbers of its lines."""
    shape = h.random.choice(("{:3d}  {}", "{:>2}: {}", "{:4d} | {}"))
    for cell in _written(h):
        cell.source = "\n".join(shape.format(n, line) for n, line in enumerate(cell.source.split("\n"), 1))


def from_a_diff(h):
    """Copied from a diff: the added lines bear a plus, the stub's a minus."""
    for cell in _written(h):
        stub = "\n".join(f"-{line}" for line in _stub(h, cell).source.split("\n"))
        new = "\n".join(f"+{line}" for line in cell.source.split("\n"))
        cell.source = h.random.choice((new, f"@@ -1,4 +1,6 @@\n{stub}\n{new}"))


def quoted(h):
    """Copied from a mail that answers another."""
    for cell in _written(h):
        cell.source = "\n".join(f"> {line}" for line in cell.source.split("\n"))


def result_pasted(h):
    """Below the code stands what it printed, as text."""
    for cell in _written(h):
        cell.source += h.random.choice(("\n\nOut[7]: 0.25", "\n\n# prints:\n# [0.5 0.25]", "\n\n[0.5  0.393]"))


def old_mac_ends(h):
    """Line ends of another age."""
    for cell in _written(h):
        cell.source = cell.source.replace("\n", "\r")


def decomposed(h):
    """A file system took every accent apart."""
    for cell in h.nb.cells:
        cell.source = unicodedata.normalize("NFD", cell.source)


def check_dressed(h):
    """The check's line was given company: a name for its result, a print, a stop watch, a semicolon."""
    forms = ("result = {}", "print({})", "%time {}", "{};", "_ = {}  # done!", "for _ in range(1):\n    {}")
    for i in h.checks():
        cell = h.nb.cells[i]
        cell.source = h.random.choice(forms).format(cell.source)


def sidebar(h):
    """Somebody clicked about in nbgrader's own sidebar, which teachers use: points, locks, kinds of cells."""
    for cell in h.nb.cells:
        mark = cell.metadata.get("nbgrader")
        if mark and h.random.random() < 0.4:
            if h.random.random() < 0.5:
                mark.clear()
            mark.update(grade=False, solution=False, points=0, locked=False)
        elif not mark and h.random.random() < 0.05:
            odd = {"grade": False, "grade_id": f"cell-{h.random.randrange(10**9):x}", "locked": False}
            cell.metadata["nbgrader"] = NotebookNode(odd | {"schema_version": 3, "solution": True, "task": False})


def stub_below(h):
    """The answer was typed above the stub, in its cell; the stub stood there still."""
    for cell in _written(h):
        cell.source = f"{cell.source}\n\n\n{_stub(h, cell).source}"


def main_guard(h):
    """A habit of scripts: what tries the answer stands below a guard."""
    for cell in _written(h):
        cell.source += '\n\n\nif __name__ == "__main__":\n    print("works")'


def pictures(h):
    """Photos of the blackboard, pasted into cells of their own and into given ones."""
    for _ in range(h.random.randint(1, 3)):
        photo = new_markdown_cell("![board](attachment:board.png)")
        photo["attachments"] = {"board.png": {"image/png": "iVBORw0KGgo=" * 50}}
        h.nb.cells.insert(h.random.randrange(len(h.nb.cells) + 1), photo)
    given = h.random.choice([cell for cell in h.nb.cells if cell.cell_type == "markdown" and not grade_id(cell)])
    given.source += "\n\n![mine](attachment:mine.png)"
    given["attachments"] = {"mine.png": {"image/png": "iVBORw0KGgo="}}


def check_beside_its_hint(h):
    """The check's cell also holds a line that asks what it wants."""
    for cell in _written(h):
        if check := _check_of(h, cell):
            check.source = f"# {h.random.choice(('why?', 'works now', 'TODO'))}\n{check.source}"


PASTED = (check_beside_its_hint, check_dressed, decomposed, main_guard, pictures, sidebar, stub_below, result_pasted)
PASTED_DISGUISES = (from_a_diff, line_numbers, minus_signs, old_mac_ends, quoted, zero_width)
