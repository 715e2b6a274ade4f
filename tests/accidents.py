"""Accidents on the way from a student's editor to the grader: what editors and people do to a notebook.

Each takes a notebook and a random generator and changes it, as something that happens to honest people. ``Case`` is
a right or half-right notebook of a lesson with a row of them; ``broken`` says what is wrong with what came of it.
"""

import ast
import copy
import json
import random
import re
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.accidents_edited import EDITED, EDITED_DISGUISES, answer_is_prose, answers_at_the_end
from tests.accidents_pasted import PASTED, PASTED_DISGUISES, from_a_diff, line_numbers, old_mac_ends, quoted
from tests.accidents_typed import DISGUISES, MOVES, STROKES, TYPED, indented, prompts, split_in_a_word
from vgcourse.course.authoring import build
from vgcourse.course.lesson import Lesson
from vgcourse.grading.demo import fill_in, solutions
from vgcourse.grading.intake.align import align
from vgcourse.grading.intake.code import _parsed, lasting, read_code
from vgcourse.grading.intake.lesson_cells import Released, grade_id
from vgcourse.grading.intake.reading import Refused, read_cells

NEWER = 100_000  # seeds from here on have accidents of all kinds
WORDS = "The test points took part in choosing the scale, so they are not unseen."
REASONS = {"two-answers", "torn"}  # with which an honest notebook may be refused


@dataclass
class Handed:
    """A notebook on its way; ``where``: grade id → the cells that are the answer now, by identity."""

    nb: NotebookNode
    release: NotebookNode
    random: random.Random
    done: list[str] = field(default_factory=list)
    rewritten: dict[str, str] = field(default_factory=dict)  # exercise → what its author calls the right answer now

    def cells(self, kind: str | None = None):
        """The places of all cells, of one type where it is named."""
        return [i for i, cell in enumerate(self.nb.cells) if kind in (None, cell.cell_type)]

    def any(self, kind: str | None = None) -> int:
        return self.random.choice(self.cells(kind))

    def answers(self):
        """The places of the answers in code that still have their name."""
        return [i for i, c in enumerate(self.nb.cells) if grade_id(c).endswith("-answer") and c.cell_type == "code"]

    def checks(self):
        """The places of cells that call a check, and hold no answer besides."""
        return [i for i, c in enumerate(self.nb.cells) if c.source.startswith("check(") and "def " not in c.source]


def metadata_lost(h: Handed):
    """Every cell's metadata is gone."""
    for cell in h.nb.cells:
        cell.metadata = NotebookNode()


def ids_lost(h: Handed):
    """Saved as nbformat 4.0: no cell has an id."""
    for cell in h.nb.cells:
        cell.pop("id", None)


def ids_new(h: Handed):
    """Colab, VS Code: every cell has another id."""
    for cell in h.nb.cells:
        cell.id = f"{h.random.getrandbits(48):012x}"


def some_metadata_lost(h: Handed):
    """Some cells have lost metadata and id."""
    for cell in h.nb.cells:
        if h.random.random() < 0.4:
            cell.metadata, cell.id = NotebookNode(), f"{h.random.getrandbits(48):012x}"


def colab(h: Handed):
    """Colab: metadata of its own, other ids, the metadata it does not know are kept."""
    for cell in h.nb.cells:
        cell.id = f"{h.random.getrandbits(48):012x}"
        cell.metadata["id"] = cell.id
        cell.metadata["colab"] = {"base_uri": "https://localhost:8080/"}


def deepnote(h: Handed):
    """Deepnote: metadata of its own only; prose in blocks of one paragraph."""
    out = []
    for cell in h.nb.cells:
        parts = re.split(r"\n{2,}", cell.source) if cell.cell_type == "markdown" else [cell.source]
        for part in parts:
            new = copy.deepcopy(cell)
            new.source, new.id = part, f"{h.random.getrandbits(64):x}"
            new.metadata = NotebookNode({"cell_id": new.id, "deepnote_cell_type": cell.cell_type})
            out.append(new)
    h.nb.cells = out


def jetbrains(h: Handed):
    """JetBrains: no metadata but its own, no ids, an empty cell at the end."""
    for cell in h.nb.cells:
        cell.metadata = NotebookNode({"pycharm": {"name": "#%%\n"}})
        cell.pop("id", None)
    h.nb.cells.append(new_code_cell("", id="last"))


def kaggle(h: Handed):
    """Kaggle: its greeting on top, uuids in the metadata."""
    for cell in h.nb.cells:
        cell.metadata = NotebookNode({"_uuid": f"{h.random.getrandbits(160):x}", "trusted": True})
    hello = "# This Python 3 environment comes with many libraries\nimport numpy as np\nimport os"
    h.nb.cells.insert(0, new_code_cell(hello))


def formatted(h: Handed):
    """A formatter went over all code: other quotation marks, other white space."""
    for i in h.cells("code"):
        source = h.nb.cells[i].source
        if '"""' not in source and "'" not in source and 'f"' not in source:
            source = source.replace('"', "'")
        h.nb.cells[i].source = re.sub(r"[ \t]+$", "", source, flags=re.MULTILINE) + "\n"


def windows_lines(h: Handed):
    """Line ends of Windows."""
    for cell in h.nb.cells:
        cell.source = cell.source.replace("\n", "\r\n")


def check_dragged(h: Handed):
    """A check's cell was dragged to another place."""
    if h.checks():
        cell = h.nb.cells.pop(h.random.choice(h.checks()))
        h.nb.cells.insert(h.random.randrange(len(h.nb.cells) + 1), cell)


def given_dragged(h: Handed):
    """Any cell was dragged to another place."""
    cell = h.nb.cells.pop(h.any())
    h.nb.cells.insert(h.random.randrange(len(h.nb.cells) + 1), cell)


def moved_by_one(h: Handed):
    """A cell was moved up or down by one."""
    i = h.any()
    j = min(len(h.nb.cells) - 1, max(0, i + h.random.choice((-1, 1))))
    h.nb.cells[i], h.nb.cells[j] = h.nb.cells[j], h.nb.cells[i]


def copied(h: Handed):
    """A cell was copied, and the copy put somewhere."""
    cell = copy.deepcopy(h.nb.cells[h.any()])
    cell.id = f"{h.random.getrandbits(48):012x}"
    h.nb.cells.insert(h.random.randrange(len(h.nb.cells) + 1), cell)


def scratch_below(h: Handed):
    """A copy of an answer's cell stands below its check, with a wrong try in it."""
    if not h.answers():
        return
    i = h.random.choice(h.answers())
    id = grade_id(h.nb.cells[i]).removesuffix("-answer")
    below = [j for j in h.checks() if f'"{id}"' in h.nb.cells[j].source or f"'{id}'" in h.nb.cells[j].source]
    cell = copy.deepcopy(h.nb.cells[i])
    cell.id = f"{h.random.getrandbits(48):012x}"
    cell.source = re.sub(r"return .*", "return 0", cell.source)
    h.nb.cells.insert((below or [i])[-1] + 1 + h.random.choice((0, 0, 1)), cell)


def stub_again(h: Handed):
    """The released answer cell was pasted once more."""
    asked = [c for c in h.release.cells if grade_id(c) and not c.metadata.nbgrader.get("locked")]
    h.nb.cells.insert(h.random.randrange(len(h.nb.cells) + 1), copy.deepcopy(h.random.choice(asked)))


def split(h: Handed):
    """A code cell was split at some line."""
    long = [i for i in h.cells("code") if h.nb.cells[i].source.strip().count("\n") > 0]
    if not long:
        return
    i = h.random.choice(long)
    lines = h.nb.cells[i].source.split("\n")
    at = h.random.randrange(1, len(lines))
    second = copy.deepcopy(h.nb.cells[i])
    h.nb.cells[i].source, second.source = "\n".join(lines[:at]), "\n".join(lines[at:])
    second.id = f"{h.random.getrandbits(48):012x}"
    if h.random.random() < 0.5:
        second.metadata = NotebookNode()
    h.nb.cells.insert(i + 1, second)


def merged(h: Handed):
    """Two neighbours became one cell, with the first one's type and metadata."""
    if len(h.nb.cells) < 2:
        return
    i = h.random.randrange(len(h.nb.cells) - 1)
    h.nb.cells[i].source += h.random.choice(("\n\n", "\n")) + h.nb.cells.pop(i + 1).source


def answer_and_check_merged(h: Handed):
    """An answer and its check became one cell."""
    pairs = [i for i in h.checks() if i and h.nb.cells[i - 1].cell_type == "code"]
    if pairs:
        i = h.random.choice(pairs)
        h.nb.cells[i - 1].source += "\n\n" + h.nb.cells.pop(i).source


def retyped(h: Handed):
    """A code cell became a cell of another type, as one stroke on the keyboard does."""
    if not h.cells("code"):
        return
    cell = h.nb.cells[h.any("code")]
    cell.cell_type = h.random.choice(("markdown", "raw"))
    cell.pop("outputs", None), cell.pop("execution_count", None)


def prose_retyped(h: Handed):
    """A cell of prose became code."""
    if h.cells("markdown"):
        cell = h.nb.cells[h.any("markdown")]
        cell.cell_type, cell.outputs, cell.execution_count = "code", [], None


def own_cells(h: Handed):
    """Cells of the student's own: notes, tries, an empty one."""
    for cell in (new_code_cell("mine = 1\nprint(mine)"), new_markdown_cell("My note."), new_code_cell("")):
        h.nb.cells.insert(h.random.randrange(len(h.nb.cells) + 1), cell)


def given_deleted(h: Handed):
    """A cell that was given was deleted."""
    given = [i for i in h.cells() if not grade_id(h.nb.cells[i]) and h.nb.cells[i].cell_type == "markdown"]
    if given:
        h.nb.cells.pop(h.random.choice(given))


def check_deleted(h: Handed):
    """A check's cell was deleted."""
    if h.checks():
        h.nb.cells.pop(h.random.choice(h.checks()))


def answer_in_new_cell(h: Handed):
    """The answer was written into a new cell below the stub, which is as it was released."""
    if h.answers():
        i = h.random.choice(h.answers())
        stub = next(c for c in h.release.cells if grade_id(c) == grade_id(h.nb.cells[i]))
        h.nb.cells.insert(i + 1, new_code_cell(h.nb.cells[i].source))
        h.nb.cells[i].source = stub.source


def helper_apart(h: Handed):
    """What an answer calls stands in a cell of its own, and that was dragged below."""
    if not h.answers():
        return
    i = h.random.choice(h.answers())
    names = read_code(h.nb.cells[i].source).defines
    if not names or len(names) > 1:
        return
    name = min(names)
    helper = new_code_cell(h.nb.cells[i].source.replace(f"def {name}(", f"def my_{name}("))
    if "def my_" not in helper.source:
        return
    head = next(line for line in h.nb.cells[i].source.split("\n") if line.startswith(f"def {name}("))
    arguments = re.sub(r"=[^,)]*", "", head[head.index("(") : head.rindex(")") + 1])
    h.nb.cells[i].source = f"{head}\n    return my_{name}{arguments}"
    h.nb.cells.insert(h.random.randrange(i, len(h.nb.cells) + 1), helper)


EDITORS = (
    metadata_lost,
    ids_lost,
    ids_new,
    some_metadata_lost,
    colab,
    deepnote,
    jetbrains,
    kaggle,
    formatted,
    windows_lines,
)
PEOPLE = (
    check_dragged, given_dragged, moved_by_one, copied, scratch_below, stub_again, split, merged,
    answer_and_check_merged, retyped, prose_retyped, own_cells, given_deleted, check_deleted, answer_in_new_cell,
)  # fmt: skip
# With others in any order, these make what nobody hands in: half a cell indented, a word torn by a formatter.
_ALONE = {indented, split_in_a_word, prompts, from_a_diff, line_numbers, old_mac_ends, quoted}
_ALL = tuple({*PEOPLE, *TYPED, *STROKES, *EDITED, *PASTED, *PASTED_DISGUISES} - _ALONE)
EVERYTHING = tuple(sorted(_ALL, key=lambda accident: accident.__name__))
NAMED_BY = {"two-answers": {"scratch_below", "copied", "split"}, "torn": {"split", "split_in_a_word", "deepnote"}}
NAMED_BY |= {
    "commented-out": {"commented_out"},
    "other-names": {"renamed_and_unchecked"},
    "other-notebook": {"renamed_and_unchecked"},
    "no-python": {"result_pasted", "split", "split_in_a_word"},
    "in-words": {"merged", "retyped", "answer_is_prose", "all_of_one_type"},
}


class Course:
    """A lesson with its right answers, from which notebooks set out."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        solved = build.solved_notebook(lesson)
        self.release = nbformat.read(lesson.student, as_version=4)
        self.right = {**solutions(solved)}
        self.released = Released.of(self.release)
        self.refusals: list[str] = []
        self.written = [q.id for q in self.released.asked.values() if q.is_words]

    def case(self, seed: int, accidents=None, most: int = 5) -> tuple[Handed, dict[str, str]]:
        """A notebook to which ``seed`` says what happens, or these accidents do, and the answers that are in it."""
        chance = random.Random(f"accidents/{self.lesson.id}/{seed}")
        chosen = {id: s for id, s in self.right.items() if seed % 2 == 0 or chance.random() < 0.5}
        chosen |= {id: WORDS for id in self.written if seed % 2 == 0 or chance.random() < 0.5}
        handed = Handed(fill_in(self.release, chosen), self.release, chance)
        editors = chance.sample(EDITORS, chance.choice((0, 0, 1, 1, 2)))
        people = PEOPLE if seed < NEWER else EVERYTHING
        for accident in [*_row(chance, people, most), *editors] if accidents is None else accidents:
            handed.done.append(accident.__name__)
            accident(handed)
        return handed, chosen | {id: text for id, text in handed.rewritten.items() if id in chosen}

    def problem(self, seed: int, accidents=None) -> str:
        """What is wrong with what aligning made of a case; empty where all is well, or the refusal fits."""
        handed, chosen = self.case(seed, accidents)
        try:
            cells, _ = read_cells(json.dumps(handed.nb).encode(), "x.ipynb")
            nb, notes = align(cells, self.release, "x.ipynb")
        except Refused as error:
            fits = NAMED_BY.get(error.kind, set()) & set(handed.done)
            self.refusals.append(error.kind)
            return "" if fits else f"refused: {error} after {handed.done}"
        nbformat.validate(nb)
        problems = [*self._form(nb), *(p for q in self.released.asked.values() for p in self._answer(nb, q, chosen))]
        return f"{'; '.join(problems)} after {handed.done}; notes {[str(n) for n in notes]}" if problems else ""

    def problems_of(self, nb):
        """What is wrong with an aligned notebook of which all answers are right."""
        yield from self._form(nb)
        chosen = self.right | dict.fromkeys(self.written, WORDS)
        for question in self.released.asked.values():
            yield from self._answer(nb, question, chosen)

    def _form(self, nb):
        ids = [grade_id(cell) for cell in nb.cells if grade_id(cell)]
        if ids != [grade_id(cell) for cell in self.release.cells if grade_id(cell)]:
            yield f"graded cells {ids}"
        for place in self.released.checks():
            released = self.release.cells[place]
            cell = next(c for c in nb.cells if grade_id(c) == grade_id(released))
            if (cell.source, cell.metadata) != (released.source, released.metadata):
                yield f"{grade_id(cell)} is not the released test"

    def _answer(self, nb, question, chosen):
        id = question.id if question.is_words else question.id.removesuffix("-answer")
        cell = next(c for c in nb.cells if grade_id(c) == question.id)
        if id not in chosen:
            if not question.is_stub(cell.source) and cell.source != "My note." and not cell.source.startswith("!["):
                yield f"{question.id} was not answered, and holds {cell.source[:60]!r}"
        elif question.is_words:
            if WORDS not in cell.source:
                yield f"the words of {id} are lost: {cell.source[:60]!r}"
        else:
            yield from self._code(nb, question, chosen[id])

    def _code(self, nb, question, right):
        """Whether, when the check runs, its names are those of the right answer, and what they need is there."""
        end = next(i for i, c in enumerate(nb.cells) if grade_id(c) == grade_id(self.release.cells[question.check]))
        ran = [(c, read_code(c.source)) for c in nb.cells[:end] if c.cell_type == "code"]
        ran = [(cell, code) for cell, code in ran if code.parses]
        for name in question.names:
            last = next((cell for cell, code in ran[::-1] if name in code.binds), None)
            if last is None or _definition(last.source, name) != _definition(right, name):
                yield f"{name} is not the right one at its check: {last and last.source[:80]!r}"
        if not any(grade_id(cell) == question.id and code.binds & question.names for cell, code in ran):
            yield f"the cell {question.id} defines none of {set(question.names)}"
        known = set(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__).union(
            *(c.binds for _, c in ran)
        )
        if lost := read_code(right).uses - known - question.names:
            yield f"{question.id} needs {lost}, which nothing above its check sets"


def _row(chance: random.Random, people, most: int) -> list:
    """Accidents in any order; code is disguised in one way only, as it went through one hand."""
    row = chance.choices(people, k=chance.randint(1, most))
    if scratch_below in row:  # that try would go into the answer's own cell: then it is the answer
        row = [accident for accident in row if accident not in (*MOVES, answers_at_the_end, answer_is_prose)]
    disguises = {*DISGUISES, *EDITED_DISGUISES, *PASTED_DISGUISES}
    disguised = [n for n, accident in enumerate(row) if accident in disguises]
    return [accident for n, accident in enumerate(row) if n not in disguised[1:]]


def _definition(source: str, name: str) -> str:
    """What a source says of a name, however it is laid out; a ``...`` that was left in says nothing."""
    tree, _ = _parsed(re.sub(r"^ +\.\.\. .*$", "", source, flags=re.MULTILINE))
    nodes = [node for node in tree.body if name in read_code(ast.unparse(node)).binds]
    return lasting(ast.unparse(nodes[-1])) if nodes else ""
