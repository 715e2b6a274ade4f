"""Grading passes over cells that only show something, and over nothing that a mark could depend on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from tests import classes
from vgcourse.cli import main
from vgcourse.course.authoring import shows_only
from vgcourse.course.authoring.build import solved_notebook
from vgcourse.course.checks import registry
from vgcourse.course.lesson import Lesson, lessons
from vgcourse.grading.class_run import driver
from vgcourse.grading.notebook import idle_cells
from vgcourse.grading.notebook.execute import JudgedExecute, verdicts

ROOT = Path(__file__).parents[1]


def shows(source):
    cell = new_code_cell(source, metadata={shows_only.SHOWS_ONLY: True})
    shows_only.mark(cell)
    return cell


def idle(*cells):
    return idle_cells.passed_over([c if isinstance(c, dict) else new_code_cell(c) for c in cells])


def test_a_cell_whose_names_nobody_uses_is_passed_over():
    assert idle("import math", shows("r = math.pi"), new_markdown_cell("r"), "area = 3") == {1}


@pytest.mark.parametrize(
    "later",
    [
        "print(r)",
        "def area():\n    return r * r",
        "area = lambda: r",
        "[r for _ in range(3)]",
        "class A:\n    radius = r",
        "r += 1",
        "if False:\n    r = 1\nprint(r)",
        "globals()['r']",
        "%timeit r * r",
        "eval('r')",
        "def broken(:\n    r",
        "f'{r}'",
        "del r",
        "def f():\n    global r\n    del r",
        "class A:\n    r = r",
        "def f():\n    global r\n    r = 1\nprint(r)",
        "def f(r):\n    r[0] = 1\nprint(r)",
        "table.query('radius < @r')",
        "import sys\nsys.modules[__name__].r",
        "f.__globals__['r']",
        "if 'r' in dir():\n    print(1)",
    ],
)
def test_a_cell_whose_name_a_later_one_uses_runs(later):
    assert idle(shows("r = 2"), later) == set()


@pytest.mark.parametrize(
    "later",
    [
        "def area(r):\n    return r * r",
        "r = 1\nprint(r)",
        "def area():\n    r = 1\n    return r",
        "x.r",
        "f(r=1)",
        "'r'",
        "import r",
        "[r for r in range(3)]",
    ],
)
def test_a_name_of_the_same_spelling_is_not_the_same_name(later):
    assert idle(shows("r = 2"), later) == {0}


def test_a_function_looks_its_names_up_when_it_is_called():
    # area() is defined before r is bound anew, and called after.
    assert idle("r = 1\ndef area():\n    return r", shows("r = 2"), "area()") == set()
    assert idle("r = 1\ndef area():\n    return r", "area()", shows("r = 2")) == {2}


def test_what_a_magic_defines_is_followed_too():
    assert idle("%%time\ndef area():\n    return r", shows("r = 2"), "area()") == set()


def test_use_is_followed_through_cells_that_show():
    assert idle(shows("a = 1"), shows("b = a"), "print(b)") == set()
    assert idle(shows("a = 1"), shows("b = a"), "print(1)") == {0, 1}


def test_a_function_that_binds_a_global_name_counts():
    assert idle(shows("def f():\n    global r\n    r = 1\nf()"), "print(r)") == set()


@pytest.mark.parametrize("change", ["r[0] = 2", "r.x = 2", "r.x[0].y += 2", "del r[0]", "r[0], x = 1, 2"])
def test_a_cell_that_changes_what_a_later_one_uses_runs(change):
    assert idle("r = f()", shows(change), "print(r)") == set()
    assert idle("r = f()", shows(change), "print(1)") == {1}


def test_what_a_student_changed_or_wrote_runs():
    changed = shows("r = 2")
    changed.source = "r = 3"
    own = new_code_cell("x = 1", metadata={shows_only.KEY: {shows_only.SHOWS_ONLY: "0123"}})
    assert idle(changed, own, new_code_cell("y = 1", metadata={shows_only.KEY: "odd"})) == set()


def graded(cell, id, solution=False):
    mark = {"grade": True, "solution": solution, "locked": not solution, "points": 1, "schema_version": 3}
    cell.metadata["nbgrader"] = {**mark, "grade_id": id, "task": False}
    return cell


def test_a_graded_cell_runs_whatever_its_metadata_say():
    assert idle(graded(shows('check("first-check", f)'), "first-check"), graded(shows("x = 1"), "x", True)) == set()


@pytest.mark.parametrize("every_cell", [False, True])
def test_the_grader_leaves_a_word_in_place_of_the_output(root, every_cell):
    answer = sorted((root / "tests/right_answers/00_start/first-check").glob("*.py"))[0].read_text()
    call = f'check("first-check", {", ".join(registry.find("first-check").answers)})'
    figure = shows("print('drawn')")
    figure.outputs = [{"output_type": "stream", "name": "stdout", "text": "handed in"}]
    checked = graded(new_code_cell(call), "first-check")
    nb = new_notebook(cells=[new_code_cell("from vgcourse import check"), figure, new_code_cell(answer), checked])
    settings = Config({"JudgedExecute": {"seed": "course", "timeout": 60, "every_cell": every_cell}})
    JudgedExecute(config=settings).preprocess(nb, {"metadata": {}})
    assert verdicts(nb)[0].passed
    said = [output.get("text") or output.data["text/plain"] for output in nb.cells[1].outputs]
    assert said == (["drawn\n"] if every_cell else [idle_cells.NOT_RUN])


def test_the_command_can_ask_for_every_cell(monkeypatch, tmp_path, root):
    seen = []
    monkeypatch.setattr(driver, "grade_class", lambda room, lesson, **_: seen.append(room.config) or [])
    monkeypatch.chdir(classes.make_course(root, tmp_path))
    main(["grade", classes.LESSON])
    main(["grade", classes.LESSON, "--every-cell"])
    assert ["every_cell" in config.JudgedExecute and config.JudgedExecute.every_cell for config in seen] == [0, 1]


RUN = """
import contextlib, io, json, sys
import matplotlib
matplotlib.use("Agg")
for line in sys.stdin:
    space = {}
    for source in json.loads(line):
        with contextlib.redirect_stdout(io.StringIO()):
            exec(source, space)
print("all passed")
"""


def test_every_lessons_answers_pass_without_what_is_passed_over():
    parts = []
    for id in lessons(ROOT):
        cells = solved_notebook(Lesson(getattr(id, "id", id), ROOT)).cells
        over = idle_cells.passed_over(cells)
        parts.append([c.source for i, c in enumerate(cells) if c.cell_type == "code" and i not in over])
        assert any("check(" in source for source in parts[-1])
    sent = "\n".join(map(json.dumps, parts))
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=sent, capture_output=True, text=True, cwd=ROOT, timeout=600,
        env={**os.environ, "NBGRADER_EXECUTION": "test"},
    )  # fmt: skip
    assert done.stdout.strip() == "all passed", done.stderr[-2000:]
