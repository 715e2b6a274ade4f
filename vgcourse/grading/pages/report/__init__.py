"""The report of a class: numbers from gradebook and ledger, answers compared, one page written.

``write_report`` is what ``vgcourse report LESSON`` calls.
"""

import os
from collections import defaultdict
from pathlib import Path
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from vgcourse.course.checks import registry
from vgcourse.course.lesson import Lesson
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.class_table import Standing, standings
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.kept_files import write_whole
from vgcourse.grading.pages.feedback.summary import capital, title, titles
from vgcourse.grading.pages.report.page import ClassReport, report_page
from vgcourse.grading.pages.report.similarity import Alike, alike

__all__ = ["ClassReport", "gather", "report_page", "write_report"]


def write_report(classroom: Classroom, lesson: Lesson, out: Path) -> Path:
    """Write the lesson's report and return its path; raises CourseError where that cannot be done."""
    text = report_page(gather(classroom, lesson, out.absolute().parent))
    try:
        write_whole(out, text)
    except OSError as error:
        raise CourseError(f"The report cannot be written to {out}: {error.strerror}.") from error
    return out


def gather(classroom: Classroom, lesson: Lesson, folder: Path) -> ClassReport:
    """All that the report shows; its links are seen from ``folder``."""
    released = nbformat.read(lesson.student, as_version=4)
    everybody = standings(classroom, lesson)
    notebooks = _graded_notebooks(classroom, lesson, everybody)
    named = exercise_titles(released)
    in_words = frozenset(
        cell.metadata.nbgrader.grade_id for cell in released.cells if is_grade(cell) and is_solution(cell)
    )
    marked = [s.student for s in everybody if s.score is not None]
    links = {student: found for student in marked if (found := _link(classroom, lesson, student, folder))}
    pairs = _alike(notebooks, released, in_words)
    return ClassReport(title(released, {"notebook": lesson.id}), everybody, named, in_words, pairs, links)


def exercise_titles(released: NotebookNode) -> dict[str, str]:
    """Graded cell → the exercise's title, in the order of the lesson."""
    named = {}
    for cell, heading in zip(released.cells, titles(released), strict=True):
        if is_grade(cell):
            id = cell.metadata.nbgrader.grade_id
            try:
                named[id] = capital(registry.find(id).title)
            except registry.UnknownExercise:
                named[id] = heading or id
    return named


def answers(nb: NotebookNode) -> dict[str, str]:
    """Exercise → what stands in its answer cell."""
    cells = (cell for cell in nb.cells if is_solution(cell))
    return {cell.metadata.nbgrader.grade_id.removesuffix("-answer"): cell.source for cell in cells}


def _graded_notebooks(classroom: Classroom, lesson: Lesson, everybody: list[Standing]) -> dict[str, NotebookNode]:
    """Student → graded notebook, of those who have a mark and a readable one."""
    found = {}
    for standing in everybody:
        path = classroom.folder("autograded", lesson, standing.student) / f"{lesson.name}.ipynb"
        try:
            found |= {standing.student: nbformat.read(path, as_version=4)} if standing.score is not None else {}
        except (OSError, ValueError, AttributeError):
            continue
    return found


def _alike(notebooks: dict[str, NotebookNode], released: NotebookNode, in_words: frozenset[str]) -> list[Alike]:
    by_exercise: dict[str, dict[str, str]] = defaultdict(dict)
    for student, nb in notebooks.items():
        for exercise, source in answers(nb).items():
            by_exercise[exercise][student] = source
    return alike(by_exercise, answers(released), in_words)


def _link(classroom: Classroom, lesson: Lesson, student: str, folder: Path) -> str:
    """The address of the student's feedback page, else of the graded notebook; empty where there is neither."""
    pages = [classroom.folder("feedback", lesson, student) / f"{lesson.name}.html",
             classroom.folder("autograded", lesson, student) / f"{lesson.name}.ipynb"]  # fmt: skip
    found = next((path for path in pages if os.path.isfile(path)), None)
    if found is None:
        return ""
    try:
        return quote(Path(os.path.relpath(found, folder)).as_posix())
    except ValueError:  # another drive of Windows
        return found.absolute().as_uri()
