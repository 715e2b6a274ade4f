"""A class of ten for lesson 1, to see the grader at work: made, graded side by side, a report, feedback pages.

Two more hand in what no grader can run: they are listed with the reason, and stop nobody.

The students' answers are the files with which the checks themselves are tested.
"""

import ast
import copy
import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from vgcourse.course.authoring import build
from vgcourse.course.lesson import Lesson, find_lesson
from vgcourse.course.text_table import count
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.driver import grade_class
from vgcourse.grading.intake.lesson_cells import grade_id
from vgcourse.grading.pages.feedback.pages import write_pages
from vgcourse.grading.pages.report import write_report

LESSON = "01_circles"
FOLDER = "demo"

Answers = dict[str, str]


def run_demo(root: Path, fresh: bool = True) -> int:
    """Make the class under ``demo/`` (unless it is kept), grade it, and say where everything lies."""
    lesson = find_lesson(root, LESSON)
    if fresh:
        shutil.rmtree(root / FOLDER, ignore_errors=True)
    if not (root / FOLDER / "submitted").is_dir():
        hand_in(lesson, root / FOLDER / "submitted")
        hand_in_what_cannot_be_graded(lesson, root / FOLDER / "submitted")
    classroom = Classroom(root, demo_config(root))
    grade_class(classroom, lesson, csv=root / FOLDER / "grades.csv")
    written, problems, _ = write_pages(classroom, lesson)
    print(
        "\n".join(
            [*problems, f"Feedback: {count(len(written), 'page')}, as in {written[0]}" if written else "No feedback."]
        )
    )
    print(f"Report: {write_report(classroom, lesson, root / FOLDER / 'report.html')}")
    return 0


def demo_config(root: Path) -> Config:
    """nbgrader's settings with every folder and the gradebook under ``demo/``."""
    folders = {f"{step}_directory": f"{FOLDER}/{step}" for step in ("submitted", "autograded", "feedback")}
    return Config({"CourseDirectory": {**folders, "db_url": f"sqlite:///{root / FOLDER / 'gradebook.db'}"}})


def hand_in(lesson: Lesson, submitted: Path) -> list[str]:
    """Write the eight submissions and return the students' names."""
    solved = build.solved_notebook(lesson)
    released = build.student_notebook(solved, lesson)
    for student, answers in the_class(lesson, solved).items():
        folder = submitted / student / lesson.id
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(fill_in(released, answers), folder / f"{lesson.name}.ipynb")
    return sorted(path.name for path in submitted.iterdir())


def hand_in_what_cannot_be_graded(lesson: Lesson, submitted: Path) -> None:
    """One notebook whose file broke off, and one folder with a photograph in it."""
    for student, name, data in (("ida_broken", f"{lesson.name}.ipynb", b'{"cells": ['), ("jon_photo", "p.jpg", b"")):
        folder = submitted / student / lesson.id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def the_class(lesson: Lesson, solved: NotebookNode) -> dict[str, Answers]:
    """Who answers what: exercise → source of the answer cell. What is left out stays as released."""
    right = solutions(solved)
    ids = list(right)
    return {
        "ada_right": right,
        "ben_another_way": {id: _answer(lesson, "right", id) for id in ids},
        "cho_blank": {},
        "dia_leaks": {**right, "leak-free-scaling": _answer(lesson, "wrong", "leak-free-scaling", "leaks")},
        "eli_overflows": {**right, "sigmoid": _answer(lesson, "wrong", "sigmoid", "overflows")},
        "fay_misses_a_factor": {**right, "backward-pass": _answer(lesson, "wrong", "backward-pass", "no-slope")},
        "gus_crashes": {**right, "ten-slopes": "raise RuntimeError('left over from debugging')"},
        "hal_half_done": {id: right[id] for id in ids[: len(ids) // 2]},
    }


def solutions(solved: NotebookNode) -> Answers:
    """Exercise → source of its answer cell in the solved notebook, in the order of the lesson."""
    cells = ((grade_id(cell), cell) for cell in solved.cells)
    return {id.removesuffix("-answer"): cell.source for id, cell in cells if id.endswith("-answer")}


def fill_in(released: NotebookNode, answers: Answers) -> NotebookNode:
    """A copy of the released notebook with these sources in its answer cells."""
    nb = copy.deepcopy(released)
    for cell in nb.cells:
        id = grade_id(cell).removesuffix("-answer")
        if cell.metadata.get("nbgrader", {}).get("solution") and id in answers:
            cell.source = answers[id]
    return nb


def _answer(lesson: Lesson, kind: str, id: str, name: str = "*") -> str:
    """One of the answers that test the check of an exercise: the first of that name."""
    folder = lesson.root / "tests" / f"{kind}_answers" / lesson.id / id
    files = sorted(folder.glob(f"{name}.py"))
    if not files:
        raise CourseError(f"The demo takes its answers from {folder.relative_to(lesson.root)}: no {name}.py there.")
    return _below_docstring(files[0].read_text(encoding="utf-8"))


def _below_docstring(source: str) -> str:
    """Without the sentence that says what is tested: nobody writes it into a notebook."""
    first = ast.parse(source).body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return "\n".join(source.split("\n")[first.end_lineno :]).lstrip("\n") if is_docstring else source
