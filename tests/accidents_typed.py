"""More accidents: what is typed, pasted or left in cells, strokes at whole notebooks, and what a file goes through.

Each takes a ``Handed`` of ``accidents`` (or, in ``FILES``, the notebook's text) and changes it as happens to honest
people.
"""

import copy
import html
import random

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from vgcourse.grading.intake.code import read_code
from vgcourse.grading.intake.lesson_cells import grade_id


def _stub(h, cell):
    return next(c for c in h.release.cells if grade_id(c) == grade_id(cell))


def _some_answers(h):
    """One of the answers that still have their name, or several."""
    found = [h.nb.cells[i] for i in h.answers()]
    return h.random.sample(found, h.random.randint(1, len(found))) if found else []


def _check_of(h, cell):
    id = grade_id(cell).removesuffix("-answer")
    return next((c for c in h.nb.cells if grade_id(c) == id), None)


def merge_left_alike(h):
    """A merge left both sides in a cell; they differ in their layout only."""
    for cell in _some_answers(h):
        other = cell.source.replace("    ", "\t")
        cell.source = f"<<<<<<< HEAD\n{cell.source}\n=======\n{other}\n>>>>>>> theirs"


def merge_by_nbdime(h):
    """nbdime put both sides beside each other, and marks in cells of prose between."""
    for cell in _some_answers(h)[:1]:
        i, other = h.nb.cells.index(cell), copy.deepcopy(cell)
        marks = [new_markdown_cell(f"**{mark}**") for mark in ("<<<<<<< local", "=======", ">>>>>>> remote")]
        h.nb.cells[i : i + 1] = [marks[0], cell, marks[1], other, marks[2]]


def fenced(h):
    """Pasted from an assistant, with its fences and its words."""
    for cell in _some_answers(h):
        if cell.source == _stub(h, cell).source:
            continue
        cell.source = f"Here is the solution:\n\n```python\n{cell.source}\n```\nIt works because of the chain rule."


def html_escaped(h):
    """A web page made entities of some signs."""
    for cell in _some_answers(h):
        cell.source = html.escape(cell.source)


def prompts(h):
    """Copied from a console, with its prompts."""
    for cell in _some_answers(h):
        first, *rest = cell.source.split("\n")
        a, b = h.random.choice(((">>> ", "... "), ("In [12]: ", "    ...: ")))
        cell.source = "\n".join([a + first, *(b + line for line in rest)])


def indented(h):
    """The whole cell was indented: IPython takes that."""
    for cell in _some_answers(h):
        cell.source = "\n".join(f"    {line}" if line else line for line in cell.source.split("\n"))


def separators(h):
    """Line ends that only a word processor knows."""
    for cell in _some_answers(h):
        cell.source = cell.source.replace("\n", "\u2028")


def full_width(h):
    """Typed with an East Asian keyboard: wide brackets and colons."""
    for cell in _some_answers(h):
        cell.source = cell.source.replace("(", "\uff08").replace(")", "\uff09").replace(":", "\uff1a")


def letters_typed(h):
    """Letters that were meant as shortcuts, in some cell of code."""
    if not h.cells("code"):
        return
    i = h.any("code")
    h.nb.cells[i].source = h.random.choice(("jj\n", "dd\n", "s\n")) + h.nb.cells[i].source


def check_called_in_the_answer(h):
    """The check was copied into the answer's cell: on top, in between, or at the end."""
    for cell in _some_answers(h):
        if check := _check_of(h, cell):
            parts = cell.source.split("\n\n\n")
            parts.insert(h.random.randint(0, len(parts)), check.source)
            cell.source = "\n\n\n".join(parts)


def answer_in_the_check_cell(h):
    """The answer was typed into its check's cell, above the call or in its place; the stub stands as it was."""
    for cell in _some_answers(h):
        check = _check_of(h, cell)
        if check and read_code(cell.source).key != read_code(_stub(h, cell).source).key:
            check.source = h.random.choice((f"{cell.source}\n\n\n{check.source}", cell.source))
            cell.source = _stub(h, cell).source


def all_in_one_cell(h):
    """All answers stand in one cell, a new one or the first of theirs; the stubs stand as they were."""
    found = [h.nb.cells[i] for i in h.answers()]
    text = "\n\n\n".join(cell.source for cell in found if cell.source != _stub(h, cell).source)
    if len(found) < 2 or not text:
        return
    for cell in found:
        cell.source = _stub(h, cell).source
    if h.random.random() < 0.5:
        found[0].source = text
    else:
        h.nb.cells.insert(h.random.choice((1, len(h.nb.cells))), new_code_cell(text))


def answer_in_another_answer(h):
    """An answer was written below another one, in that one's cell."""
    found = [h.nb.cells[i] for i in h.answers()]
    if len(found) > 1:
        first, second = h.random.sample(found, 2)
        if second.source != _stub(h, second).source:
            first.source, second.source = f"{first.source}\n\n\n{second.source}", _stub(h, second).source


def magics_on_top(h):
    """Magics in the answers' cells."""
    for cell in _some_answers(h):
        cell.source = (
            h.random.choice(("%%time\n", "%%capture out\n", "%matplotlib inline\n!pip list\n")) + cell.source
        )


def given_lost(h):
    """A given cell of code was emptied, commented out or deleted: the imports, say."""
    theirs = {c.source for c in h.release.cells if not grade_id(c)}  # with its name lost, an answer seems to be given
    given = [i for i in h.cells("code") if h.nb.cells[i].source in theirs]
    if not given:
        return
    i = h.random.choice(given)
    source = h.nb.cells[i].source
    what = h.random.choice(("", "\n".join(f"# {line}" for line in source.split("\n")), None))
    if what is None:
        h.nb.cells.pop(i)
    else:
        h.nb.cells[i].source = what


def release_again(h):
    """The whole release was pasted above or below."""
    at = h.random.choice((0, len(h.nb.cells)))
    h.nb.cells[at:at] = copy.deepcopy(h.release.cells)


def all_again(h):
    """All cells were selected, copied and pasted."""
    h.nb.cells += copy.deepcopy(h.nb.cells)


def shuffled(h):
    """The cells stand in any order."""
    h.random.shuffle(h.nb.cells)


def all_of_one_type(h):
    """All cells were selected, and one key was hit: raw, prose or code."""
    kind = h.random.choice(("raw", "markdown", "code"))
    for cell in h.nb.cells:
        cell.cell_type = kind
        cell.pop("outputs", None), cell.pop("execution_count", None)
        if kind == "code":
            cell.outputs, cell.execution_count = [], None


def databricks(h):
    """Databricks: its own metadata, prose as a magic."""
    for cell in h.nb.cells:
        cell.metadata = NotebookNode({"application/vnd.databricks.v1+cell": {"nuid": "x"}})
        cell.pop("id", None)


def vscode(h):
    """VS Code: its own ids and a language in the metadata."""
    for cell in h.nb.cells:
        cell.id = f"#VSC-{h.random.getrandbits(32):08x}"
        cell.metadata["vscode"] = {"languageId": "python"}


def colab_form(h):
    """Colab's forms: a title on top of each answer."""
    for cell in _some_answers(h):
        cell.source = f'#@title My answer {{ run: "auto" }}\n{cell.source}'
        cell.metadata["cellView"] = "form"


def split_in_a_word(h):
    """A cell was split in the middle of a word, with the cursor where it happened to be."""
    for cell in _some_answers(h)[:1]:
        at = cell.source.find("return") + 3
        if at > 3 and cell.source != _stub(h, cell).source:
            i, rest = h.nb.cells.index(cell), new_code_cell(cell.source[at:])
            cell.source = cell.source[:at]
            h.nb.cells.insert(i + 1, rest)


DISGUISES = (fenced, html_escaped, prompts, indented, separators, full_width, merge_left_alike, magics_on_top)
MOVES = (all_in_one_cell, answer_in_another_answer, answer_in_the_check_cell)
TYPED = (
    merge_left_alike, merge_by_nbdime, fenced, html_escaped, prompts, indented, separators, full_width, letters_typed,
    check_called_in_the_answer, answer_in_the_check_cell, all_in_one_cell, answer_in_another_answer, magics_on_top,
    given_lost, split_in_a_word,
)  # fmt: skip
STROKES = (release_again, all_again, shuffled, all_of_one_type, databricks, vscode, colab_form)


def _old_end(text: str) -> bytes:
    """A shorter version was written over a longer one."""
    return (text + text[-random.Random(len(text)).randint(2, 300) :].lstrip("{ ")).encode()


FILES = {
    "utf-16 with a mark": lambda text: text.encode("utf-16"),
    "utf-16 without, as PowerShell writes": lambda text: text.encode("utf-16-le"),
    "utf-16, the other way round": lambda text: text.encode("utf-16-be"),
    "utf-32": lambda text: text.encode("utf-32"),
    "two marks": lambda text: b"\xef\xbb\xbf\xef\xbb\xbf" + text.encode(),
    "zeros at the end": lambda text: text.encode() + b"\0" * 4096,
    "the end of an older version": _old_end,
    "twice the same": lambda text: f"{text}\n{text}".encode(),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n").encode(),
}
