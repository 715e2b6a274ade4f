"""A graded class in no time: gradebook, ledger and autograded notebooks as a run leaves them, no kernel started."""

import shutil
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from vgcourse.course.authoring import build
from vgcourse.course.checks import registry
from vgcourse.course.checks.verdicts import BLANK, Verdict
from vgcourse.course.lesson import Lesson, find_lesson
from vgcourse.grading import demo
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.ledger import Ledger
from vgcourse.grading.class_run.result import Result
from vgcourse.grading.notebook import run_notes
from vgcourse.grading.notebook.execute import leave_verdict

LESSON = "01_circles"
WORDS = "leak-why"


def copy_course(root: Path, to: Path) -> Path:
    """A course of lesson 1 alone."""
    for name in ("solutions", "lessons"):
        shutil.copytree(root / name / LESSON, to / name / LESSON)
    shutil.copy(root / "nbgrader_config.py", to)
    return to


class GradedClass:
    """A classroom that has been graded: ``add`` a student with an answer in words and wrong checks."""

    def __init__(self, course: Path) -> None:
        self.classroom, self.lesson = Classroom(course), find_lesson(course, LESSON)
        self.solved = build.solved_notebook(self.lesson)
        self.classroom.prepare(self.lesson)

    def book(self) -> Gradebook:
        return Gradebook(self.classroom.directory.db_url, self.classroom.directory.course_id)

    def add(self, student: str, words: str = "", wrong: tuple[str, ...] = (), edit=None, **who) -> Path:
        """One student, right but for ``wrong``; ``edit(notebook)`` may change the graded notebook."""
        verdicts = [self._verdict(exercise, exercise.id in wrong) for exercise in registry.exercises(LESSON)]
        notebook = demo.fill_in(self.solved, {WORDS: words or build.TEXT_STUB})
        for cell in notebook.cells:
            for verdict in verdicts:
                if cell["id"] == verdict.exercise:
                    leave_verdict(cell, verdict)
        run_notes.Trace().write(notebook)  # it was run to its end
        if edit:
            edit(notebook)
        path = self.classroom.folder("autograded", self.lesson, student) / f"{self.lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        self.classroom.folder("submitted", self.lesson, student).mkdir(parents=True, exist_ok=True)
        self._enter(student, verdicts, bool(words), who)
        score = sum(verdict.earned for verdict in verdicts)
        Ledger.of(self.classroom).append(
            Result(student, LESSON, score, 12, bool(words), verdicts=verdicts, seconds=2.0, cells={"sigmoid": 0.1})
        )
        return path

    def refuse(self, student: str, reason: str) -> None:
        """A student whose submission could not be graded."""
        self.classroom.folder("submitted", self.lesson, student).mkdir(parents=True, exist_ok=True)
        Ledger.of(self.classroom).append(Result(student, LESSON, None, 12, reason=reason))

    def give(self, student: str, points: float, comment: str = "") -> None:
        """Points for the answer in words, by hand."""
        with self.book() as book:
            grade = book.find_grade(WORDS, self.lesson.name, LESSON, student)
            grade.manual_score, grade.needs_manual_grade = points, False
            book.find_comment(WORDS, self.lesson.name, LESSON, student).manual_comment = comment or None
            book.db.commit()

    def _verdict(self, exercise, wrong: bool) -> Verdict:
        if wrong:
            return Verdict(exercise.id, exercise.points, 0.0, "wrong-values", f"Not yet: {exercise.id} misses.")
        return Verdict(exercise.id, exercise.points, 1.0, "passed", exercise.passed_message)

    def _enter(self, student: str, verdicts: list[Verdict], waits: bool, who: dict[str, str]) -> None:
        with self.book() as book:
            book.update_or_create_student(student, **who)
            book.add_submission(LESSON, student)
            for verdict in verdicts:
                grade = book.find_grade(verdict.exercise, self.lesson.name, LESSON, student)
                grade.auto_score, grade.needs_manual_grade = verdict.earned, False
            grade = book.find_grade(WORDS, self.lesson.name, LESSON, student)
            grade.auto_score, grade.needs_manual_grade = (None, True) if waits else (0.0, False)
            book.db.commit()


__all__ = ["BLANK", "LESSON", "WORDS", "GradedClass", "Lesson", "copy_course"]
