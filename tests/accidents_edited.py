"""Accidents of editing: converters, comments, old tries, other blanks and quotation marks, broken fields of a file.

Each takes a ``Handed`` of ``accidents`` and changes it as happens to honest people; those of ``FIELDS`` take the
notebook as JSON and spoil what no answer stands in.
"""

import copy
import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.accidents_typed import _some_answers, _stub
from vgcourse.grading.intake.code import read_code
from vgcourse.grading.intake.lesson_cells import grade_id


def _written(h):
    """Some of the answers that are more than the stub, and have not been disguised."""
    found = [(cell, read_code(cell.source)) for cell in _some_answers(h)]
    return [
        cell for cell, code in found
        if code.parses and not code.is_blank and code.key != read_code(_stub(h, cell).source).key
    ]  # fmt: skip


def commented_out(h):
    """One stroke set a # in front of each line of an answer."""
    mark = h.random.choice(("# ", "#"))
    for cell in _written(h)[:1]:
        cell.source = "\n".join(f"{mark}{line}" if line.strip() else line for line in cell.source.split("\n"))


def tabs(h):
    """Another editor writes tabs."""
    for i in h.cells("code"):
        lines = h.nb.cells[i].source.split("\n")
        h.nb.cells[i].source = "\n".join(re.sub(r"^ +", lambda m: "\t" * (len(m[0]) // 4), line) for line in lines)


def narrow_indents(h):
    """Colab and others indent by two."""
    for cell in _written(h):
        lines = cell.source.split("\n")
        cell.source = "\n".join(re.sub(r"^ +", lambda m: " " * (len(m[0]) // 2), line) for line in lines)


def odd_blanks(h):
    """Copied from a web page: the blanks do not break."""
    for cell in _written(h):
        cell.source = cell.source.replace("    ", "\u00a0" * 4).replace(" = ", "\u00a0=\u202f")


def curled_in_code(h):
    """Typed on a tablet: the quotation marks are curled."""
    for cell in _written(h):
        cell.source = re.sub(r'"""(.*?)"""', "\u201c\u201c\u201c\\1\u201d\u201d\u201d", cell.source, flags=re.S)


def curled_in_prose(h):
    """Corrected by a word processor: quotation marks, dashes, dots of all the text."""
    for i in h.cells("markdown"):
        text = h.nb.cells[i].source.replace("'", "\u2019").replace(" - ", " \u2013 ").replace("...", "\u2026")
        h.nb.cells[i].source = re.sub(r'"([^"\n]*)"', "\u201c\\1\u201d", text)


def marks_of_order(h):
    """A byte order mark in front of each cell, and a blank behind each line."""
    for cell in h.nb.cells:
        cell.source = "\ufeff" + re.sub(r"(?m)$", " ", cell.source)


def double_line_ends(h):
    """Sent through two systems: every line end is one of Windows, twice."""
    for cell in h.nb.cells:
        cell.source = cell.source.replace("\n", "\r\r\n") if h.random.random() < 0.3 else cell.source


def find_and_replace(h):
    """Find and replace over the whole notebook: a word of the prose and of comments."""
    pairs = ("YOUR CODE HERE", "my code"), ("Exercise", "Task"), ("lesson", "chapter"), ("network", "net")
    old, new = h.random.choice(pairs)
    for cell in h.nb.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace(old, new)
        else:
            cell.source = re.sub(r"#.*", lambda m: m[0].replace(old, new), cell.source)


def old_try_above(h):
    """An older try stands above, under another name."""
    for cell in _written(h)[:1]:
        old = re.sub(r"^(def|class) (\w+)", r"\1 old_\2", cell.source, flags=re.M).replace("return", "return 2 *")
        h.nb.cells.insert(h.nb.cells.index(cell), new_code_cell(old))


def old_try_commented(h):
    """An older try stands in the answer's cell, commented out."""
    for cell in _written(h):
        old = "\n".join(f"# {line}" for line in cell.source.split("\n")[:4])
        cell.source = f"{old}\n\n{cell.source}" if h.random.random() < 0.5 else f"{cell.source}\n\n{old}"


def tries_itself(h):
    """A line below the answer shows it, or asks for help on it."""
    for cell in _written(h):
        name = (re.search(r"^def (\w+)\(", cell.source, re.M) or [0, "print"])[1]
        cell.source += h.random.choice((f"\n{name}?", f"\n\n{name}", f"\nprint({name})", "\n!pip list -q", "\n%who"))


def future_on_top(h):
    """A line that must be the first of its cell."""
    for cell in _written(h):
        cell.source = f"from __future__ import annotations\n{cell.source}"


def imports_up(h):
    """All imports of the lesson stand in a cell on top, and nowhere else."""
    lines = []
    for i in h.cells("code"):
        cell = h.nb.cells[i]
        found = re.findall(r"^(?:import|from) [^(\n]+$", cell.source, re.M)
        if found and not grade_id(cell):
            lines += found
            cell.source = re.sub(r"^(?:import|from) [^(\n]+$\n?", "", cell.source, flags=re.M)
    h.nb.cells.insert(0, new_code_cell("\n".join(dict.fromkeys(lines))))


def light_script(h):
    """Jupytext's light script and back: code parts at two empty lines, metadata and ids are gone."""
    out = []
    for cell in h.nb.cells:
        parts = re.split(r"\n{3,}", cell.source) if cell.cell_type == "code" else [cell.source]
        for part in filter(str.strip, parts):
            new = copy.deepcopy(cell)
            new.source, new.metadata = part.strip("\n"), NotebookNode()
            new.pop("id", None)
            out.append(new)
    h.nb.cells = out


def percent_script(h):
    """Jupytext's percent script and back: metadata stay, ids are new, blanks at the ends are gone."""
    for cell in h.nb.cells:
        cell.id = f"{h.random.getrandbits(32):08x}"
        cell.source = re.sub(r"[ \t]+$", "", cell.source.strip("\n"), flags=re.M)


def merged_and_split_elsewhere(h):
    """Two cells were merged, and the one they became was split at another line."""
    if len(h.nb.cells) < 2:
        return
    i = h.random.randrange(len(h.nb.cells) - 1)
    cell = h.nb.cells[i]
    if cell.cell_type != h.nb.cells[i + 1].cell_type:
        return
    cell.source += "\n\n" + h.nb.cells.pop(i + 1).source
    lines = cell.source.split("\n")
    empty = [n for n, line in enumerate(lines) if not line.strip() and n] or [len(lines)]
    at = h.random.choice(empty)
    second = copy.deepcopy(cell)
    cell.source, second.source = "\n".join(lines[:at]), "\n".join(lines[at:])
    second.id, second.metadata = f"{h.random.getrandbits(48):012x}", NotebookNode()
    h.nb.cells.insert(i + 1, second)


def answers_at_the_end(h):
    """All answers stand in new cells at the end, as they were sent to somebody."""
    for i in h.answers():
        cell = h.nb.cells[i]
        if cell.source != _stub(h, cell).source:
            h.nb.cells.append(new_code_cell(cell.source))
            cell.source = _stub(h, cell).source


def answer_is_prose(h):
    """An answer's cell became a cell of another type, and lost its name."""
    for cell in _written(h)[:1]:
        cell.cell_type, cell.metadata = h.random.choice(("raw", "markdown")), NotebookNode()
        cell.pop("outputs", None), cell.pop("execution_count", None)


def checks_gone(h):
    """All checks were deleted."""
    h.nb.cells = [cell for i, cell in enumerate(h.nb.cells) if i not in h.checks()]


def checks_twice(h):
    """Every check was copied below itself."""
    for i in reversed(h.checks()):
        h.nb.cells.insert(i + 1, copy.deepcopy(h.nb.cells[i]))


def badge_on_top(h):
    """Opened from GitHub in Colab: its badge, its ids."""
    badge = '<a href="https://colab.research.google.com/x" target="_parent"><img src="y.svg"/></a>'
    h.nb.cells.insert(0, new_markdown_cell(badge, metadata={"colab_type": "text", "id": "view-in-github"}))
    for i in h.cells("code"):
        h.nb.cells[i].metadata["outputId"] = f"{h.random.getrandbits(64):x}"


EDITED_DISGUISES = (commented_out, tabs, narrow_indents, odd_blanks, curled_in_code, answer_is_prose)
EDITED = (
    *EDITED_DISGUISES, curled_in_prose, marks_of_order, double_line_ends, find_and_replace, old_try_above,
    old_try_commented, tries_itself, future_on_top, imports_up, light_script, percent_script,
    merged_and_split_elsewhere, answers_at_the_end, checks_gone, checks_twice, badge_on_top,
)  # fmt: skip


def _for_code(raw: dict, change) -> dict:
    for cell in raw["cells"]:
        if cell["cell_type"] == "code":
            change(cell)
    return raw


def _format_3(raw: dict) -> dict:
    """The old format, with sheets of cells."""
    cells = [
        {"cell_type": "code", "language": "python", "input": c["source"], "outputs": [], "metadata": c["metadata"]}
        if c["cell_type"] == "code" else {k: c[k] for k in ("cell_type", "source", "metadata")}
        for c in raw["cells"]
    ]  # fmt: skip
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells, "metadata": {}}]}


FIELDS = {
    "outputs are no list": lambda raw: _for_code(raw, lambda c: c.update(outputs=7)),
    "outputs are empty objects": lambda raw: _for_code(raw, lambda c: c.update(outputs=[{}, None])),
    "outputs are missing": lambda raw: _for_code(raw, lambda c: c.pop("outputs", None)),
    "counts are words": lambda raw: _for_code(raw, lambda c: c.update(execution_count="*")),
    "metadata are null": lambda raw: {**raw, "cells": [{**c, "metadata": None} for c in raw["cells"]]},
    "sources are lists": lambda raw: {
        **raw, "cells": [{**c, "source": c["source"].splitlines(keepends=True)} for c in raw["cells"]]
    },
    "sources are lists without line ends": lambda raw: {
        **raw, "cells": [{**c, "source": c["source"].split("\n")} for c in raw["cells"]]
    },
    "an empty cell between": lambda raw: {**raw, "cells": [{}, *raw["cells"], None, {"cell_type": "code"}]},
    "the notebook's metadata are a list": lambda raw: {**raw, "metadata": []},
    "format 4.0": lambda raw: {**raw, "nbformat_minor": 0},
    "format 4.9": lambda raw: {**raw, "nbformat_minor": 9},
    "no format is named": lambda raw: {"cells": raw["cells"]},
    "format 3": _format_3,
}  # fmt: skip
