"""nbgrader's gradebook of a course: whose marks stand in it, what a person has read, what no longer holds."""

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from vgcourse.course.lesson import Lesson
from vgcourse.errors import CourseError

PATIENCE = 60  # seconds to wait for a gradebook that another program holds


# What helps, by SQLite's code of the error.
_FREE_SPACE = "Free some space and give the command again: what is graded is kept."
_WAIT = "Close the program that holds it, and give the command again."
_MAY_WRITE = "Look who may write it and its folder."
_HELP = {
    sqlite3.SQLITE_FULL: _FREE_SPACE,
    sqlite3.SQLITE_IOERR: _FREE_SPACE,
    sqlite3.SQLITE_BUSY: _WAIT,
    sqlite3.SQLITE_LOCKED: _WAIT,
    sqlite3.SQLITE_READONLY: _MAY_WRITE,
    sqlite3.SQLITE_CANTOPEN: _MAY_WRITE,
    sqlite3.SQLITE_PERM: _MAY_WRITE,
}


_SPELLING = (
    "In nbgrader_config.py it is spelled "
    "c.CourseDirectory.db_url = 'postgresql+psycopg://NAME:PASSWORD@HOST/DATABASE'."
)

_DRIVER = "Install the database's driver beside vgcourse; for PostgreSQL: pip install 'psycopg[binary]'"


def _what_to_do(error: SQLAlchemyError) -> str:
    if isinstance(error, ArgumentError):
        return _SPELLING
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    if code is None:
        return "Look whether the database of db_url runs, takes this account and has its tables."
    # The lowest byte is the kind, the others its cases.
    return _HELP.get(code & 0xFF, "Put a backup of it in its place, or move it away and grade again.")


class CourseGradebook:
    """The gradebook that ``directory`` names; opened for each question, so that nobody is kept waiting."""

    def __init__(self, directory: CourseDirectory) -> None:
        self.directory = directory
        if directory.db_url.startswith("sqlite") and "?" not in directory.db_url:
            directory.db_url += f"?timeout={PATIENCE}"

    @contextlib.contextmanager
    def open(self) -> Iterator[Gradebook]:
        """nbgrader's gradebook. Raises CourseError where it cannot be used."""
        try:
            with Gradebook(self.directory.db_url, self.directory.course_id) as book:
                yield book
        except SQLAlchemyError as error:
            raise CourseError(f"The gradebook cannot be used: {cause(error)}. {_what_to_do(error)}") from error
        except ModuleNotFoundError as error:
            raise CourseError(f"The gradebook cannot be used: its db_url needs {error.name}. {_DRIVER}") from error

    def max_score(self, lesson: Lesson) -> float:
        """The points of a lesson; raises CourseError where the gradebook does not know it."""
        with self.open() as book:
            try:
                return book.find_assignment(lesson.id).max_score
            except MissingEntry as error:
                raise CourseError(f"The gradebook does not know {lesson.id} yet.") from error

    def mark(self, lesson: Lesson, student: str) -> tuple[float, bool] | None:
        """Points, those given by hand included, and whether some are still to be given; None without a submission."""
        with self.open() as book:
            try:
                found = book.find_submission(lesson.id, student)
            except MissingEntry:
                return None
            return found.score, found.needs_manual_grade

    def above_maximum(self, lesson: Lesson, student: str) -> list[str]:
        """The cells for which the gradebook holds more than a machine can give: somebody else wrote there."""
        with self.open() as book:
            grades = _grades(book, lesson, student)
            return [g.name for g in grades if (g.auto_score or 0) > g.max_score + 1e-9]

    def marks(self, lesson: Lesson) -> dict[str, tuple[float, bool]]:
        """Student → points in the gradebook, and whether some are still to be given."""
        with self.open() as book:
            try:
                found = book.assignment_submissions(lesson.id)
            except MissingEntry:
                return {}
            return {one.student_id: (one.score, one.needs_manual_grade) for one in found}

    def withdraw(self, lesson: Lesson, student: str) -> None:
        """What an earlier run gave does not stand for what is there now. What a person gave stays."""
        with self.open() as book:
            for grade in _grades(book, lesson, student):
                grade.auto_score, grade.needs_manual_grade = None, True
            book.db.commit()

    def platform_ids(self) -> dict[str, str]:
        """The learning platform's id → student, of those whose id is known."""
        with self.open() as book:
            return {one.lms_user_id: one.id for one in book.students if one.lms_user_id}

    def enter_platform_ids(self, ids: dict[str, str]) -> None:
        """Keep by what id a learning platform knows each student: its marks go back there."""
        with self.open() as book:
            for student, id in ids.items():
                book.update_or_create_student(student, lms_user_id=id)

    def read_cells(self, lesson: Lesson, student: str) -> set[str]:
        """The cells that a person has marked and nobody has to read again."""
        with self.open() as book:
            grades = _grades(book, lesson, student)
            return {g.name for g in grades if g.manual_score is not None and not g.needs_manual_grade}

    def ask_to_read(self, lesson: Lesson, student: str, cells: list[str]) -> None:
        """Have a person look at these answers, unless one has marked them already."""
        if not cells:
            return
        with self.open() as book:
            for grade in _grades(book, lesson, student):
                if grade.name in cells and grade.manual_score is None:
                    grade.auto_score, grade.needs_manual_grade = None, True
            book.db.commit()

    def settle_as_read(self, lesson: Lesson, student: str, cells: set[str]) -> None:
        """Where a person has marked exactly this answer, it needs no second reading."""
        if not cells:
            return
        with self.open() as book:
            for grade in _grades(book, lesson, student):
                if grade.name in cells and grade.manual_score is not None:
                    grade.needs_manual_grade = False
            book.db.commit()


def _grades(book: Gradebook, lesson: Lesson, student: str) -> list[Any]:
    with contextlib.suppress(MissingEntry):
        return [g for nb in book.find_submission(lesson.id, student).notebooks for g in nb.grades]
    return []


def cause(error: SQLAlchemyError) -> str:
    """The first line of what the database said."""
    original = getattr(error, "orig", None) or error
    return (str(original).splitlines() or [type(original).__name__])[0]
