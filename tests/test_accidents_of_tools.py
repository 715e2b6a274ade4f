"""A right answer comes back whatever a tool put around it, and whatever became of the notebook's names and order.

The accidents stand in ``accidents_tools.py``. ``python -m tests.test_accidents_of_tools LESSON ...`` tries all of
them in these lessons, with four notebooks each, with and without what nbgrader knows the cells by.
"""

import json
import re
import sys
from pathlib import Path

import nbformat
import numpy
import pytest

from tests.accidents import Course, ids_lost, metadata_lost
from tests.accidents_tools import AROUND, TOOLS, another_lesson
from vgcourse.course.authoring import build
from vgcourse.course.lesson import Lesson
from vgcourse.grading.demo import fill_in, solutions
from vgcourse.grading.intake.align import align
from vgcourse.grading.intake.code import with_futures_first
from vgcourse.grading.intake.reading import Cell

# Too long for what judges here, which reads what an answer does; that it is known again is asked below.
LONG = {"a remark of 24,000 signs", "a list of 28,000 signs"}


@pytest.fixture(scope="module")
def course(root):
    return Course(Lesson("00_start", root))


@pytest.mark.parametrize("accident", [*AROUND, *TOOLS], ids=lambda accident: accident.__name__)
def test_what_a_tool_does_costs_nothing(course, accident):
    for seed, others in ((2, []), (4, [metadata_lost, ids_lost])):
        problem = course.problem(seed, [accident, *others])
        assert not problem or (accident.__name__ in LONG and "torn" not in problem), problem


@pytest.mark.parametrize("name", sorted(LONG))
def test_a_long_cell_without_a_name_is_known_by_what_it_defines(course, name):
    accident = next(one for one in AROUND if one.__name__ == name)
    seen = {text for seed in range(2, 12, 2) for text in _aligned(course, seed, accident) if len(text) > 20_000}
    assert len(seen) == 1


def _aligned(course, seed, accident):
    """The sources of the cells that are answers in the end."""
    handed, _ = course.case(seed, [accident, metadata_lost, ids_lost])
    cells = [Cell(cell.cell_type, cell.source) for cell in handed.nb.cells]
    nb, _ = align(cells, course.release, "x.ipynb")
    return [cell.source for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("solution")]


def test_imports_from_the_future_stand_first():
    late = "%%time\nimport numpy\nfrom __future__ import annotations\nx = 1"
    assert with_futures_first(late) == "%%time\nfrom __future__ import annotations\nimport numpy\nx = 1"
    for fine in (
        '"""\nfrom __future__ import annotations\n"""',
        "x = 1",
        "from __future__ import annotations\nx = 1",
        'text = "from __future__ import x"',
    ):
        assert with_futures_first(fine) == fine


QUOTED = {
    "put aside": lambda text: "'''\n" + text.replace("'''", '"') + "\n'''",
    "of a console": repr,
    "the lines of a file": lambda text: ",\n".join(json.dumps(line + "\n") for line in text.split("\n")),
}


@pytest.mark.parametrize("quote", QUOTED.values(), ids=QUOTED)
@pytest.mark.parametrize("others", [[], [metadata_lost, ids_lost]], ids=["named", "nameless"])
def test_an_answer_in_quotation_marks_is_no_zero(course, quote, others):
    def in_quotes(h):
        cell = h.nb.cells[h.answers()[0]]
        cell.source = quote(cell.source)

    assert "stands in quotation marks" in course.problem(2, [in_quotes, *others])


def _further_in(text):
    return re.sub(r"(?m)^(?=.)", "    ", text)


WITHIN = {
    "a class": lambda text: "class Solution:\n" + _further_in(text.replace("(values)", "(self, values)")),
    "a class of functions": lambda text: "class A:\n    @staticmethod\n" + _further_in(text),
    "a cell that an editor wrote": lambda text: "@app.cell\ndef _(np):\n" + _further_in(text) + "\n    return (rms,)",
}


@pytest.mark.parametrize("within", WITHIN.values(), ids=WITHIN)
@pytest.mark.parametrize("others", [[], [metadata_lost, ids_lost]], ids=["named", "nameless"])
def test_an_answer_within_a_class_or_a_function_is_found_there(course, within, others):
    def stands_within(h):
        cell = h.nb.cells[h.answers()[0]]
        cell.source = within(cell.source)

    handed, _ = course.case(2, [stands_within, *others])
    nb, notes = align([Cell(cell.cell_type, cell.source) for cell in handed.nb.cells], course.release, "x.ipynb")
    (answer,) = (cell.source for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("solution"))
    there = {"np": numpy}
    exec(answer, there)
    assert there["rms"](numpy.array([3.0, -3.0])) == 3
    assert any("stood within a class or a function" in str(note) for note in notes)


@pytest.mark.parametrize(
    "text",
    ["{\\rtf1 def rms(values):\\par return 1}", "# MAGIC %python\n# MAGIC def rms(values):\n# MAGIC     return 1"],
)
def test_what_seems_to_define_the_answer_and_cannot_be_read_is_no_zero(course, text):
    def written(h):
        h.nb.cells[h.answers()[0]].source = text

    assert course.problem(2, [written]).startswith("refused: the answer to first-check-answer")


# In lessons with several answers, or answers in words: what was met there.
MET = {
    "imports that a linter took out": ("01_circles", 3, "imports_taken_out"),
    "fences and none in one cell": ("07_time", 2, "chat_in_one_cell"),
    "words merged with code": ("01_circles", 4, "words_and_code_merged"),
    "a patch": ("01_circles", 3, "a patch"),
    "a class in a cell a line": ("03_weights", 2, "a_cell_a_line"),
    "letters for blanks in a class": ("03_weights", 2, "blanks that are letters"),
}


@pytest.mark.parametrize("lesson, seed, name", MET.values(), ids=MET)
def test_what_was_met_in_other_lessons(root, lesson, seed, name):
    accident = next(one for one in (*AROUND, *TOOLS) if one.__name__ == name)
    assert Course(Lesson(lesson, root)).problem(seed, [accident]) == ""


def solved(root: Path, lesson: str) -> list:
    """The cells of another lesson's notebook with all its answers."""
    other = Lesson(lesson, root)
    return fill_in(nbformat.read(other.student, as_version=4), solutions(build.solved_notebook(other))).cells


def test_another_lesson_in_the_same_notebook_costs_nothing(course, root):
    accident = another_lesson(solved(root, "02_depth"))
    assert {seed: problem for seed in (2, 3, 4, 5) if (problem := course.problem(seed, [accident]))} == {}


if __name__ == "__main__":
    here, tried = Path(__file__).resolve().parents[1], 0
    for lesson in sys.argv[1:]:
        one, other = Course(Lesson(lesson, here)), another_lesson(solved(here, "02_depth"))
        for accident in (*(a for a in AROUND if a.__name__ not in LONG), *TOOLS, other):
            for seed in (2, 3, 4, 5):
                lost, tried = [metadata_lost, ids_lost] if seed > 3 else [], tried + 1
                if problem := one.problem(seed, [accident, *lost]):
                    print(lesson, seed, accident.__name__, problem[:400])
    print(tried, "tried")
