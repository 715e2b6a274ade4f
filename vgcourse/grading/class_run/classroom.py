"""A course's folders and gradebook: prepare a lesson, grade one submission, read the marks.

Each submission goes through nbgrader by itself, as a clean copy, so that one that is broken stops nobody else and
what was handed in stays as it was.
"""

import contextlib
import csv
import re
import shutil
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import rmtree
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from vgcourse.course.authoring import build
from vgcourse.course.lesson import Lesson
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.result import Result
from vgcourse.grading.intake.preflight import NotGraded, prepare, student_ids
from vgcourse.grading.kept_files import FOLDER, course_secret, digest
from vgcourse.grading.notebook import run_notes
from vgcourse.grading.notebook.execute import verdicts

__all__ = ["Classroom", "Result", "course_config", "write_csv"]

PATIENCE = 60  # seconds to wait for a gradebook that another program holds
SUSPECT = ("the test ", "the cell ")  # preflight's notes that may be more than an accident

# nbgrader's own queries set these off at every submission; nobody here can act on them.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")


class Classroom:
    """A course's folders and gradebook, as nbgrader's settings name them.

    ``config`` overrides what ``nbgrader_config.py`` says. ``keep`` is where the grader keeps what it needs again:
    beside the submissions, under ``.vgcourse``.
    """

    def __init__(self, root: Path, config: Config | None = None) -> None:
        self.root, self.own_config = root, config or Config()
        self.config = course_config(root)
        self.config.merge(self.own_config)
        self.directory = CourseDirectory(config=self.config)
        self.submitted = Path(self.directory.format_path(self.directory.submitted_directory, ".", "."))
        self.keep = self.submitted.parent / FOLDER
        self.config.JudgedExecute.seed_file = str(self.keep / "secret")
        if self.directory.db_url.startswith("sqlite") and "?" not in self.directory.db_url:
            self.directory.db_url += f"?timeout={PATIENCE}"
        self.api = NbGraderAPI(self.directory, config=self.config)
        self.api.log_level = "ERROR"
        self.api.log.propagate = False
        self._points: dict[str, float] = {}  # of each prepared lesson: nbgrader takes milliseconds to look it up

    @property
    def isolation(self) -> str:
        """How far submissions are to be kept apart: one of the choices of ``confinement.isolation``."""
        return self.config.GradingProvisioner.get("isolation", "auto")

    def folder(self, step: str, lesson: Lesson, student: str) -> Path:
        """The folder of a step (``submitted``, ``autograded``, ``feedback``) for one student."""
        if step == "submitted":
            return self.submitted / self._names().get(student, student) / lesson.id
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, lesson.id))

    def students(self, lesson: Lesson) -> list[str]:
        """Everyone who handed something in for this lesson, by the name that nbgrader files them under."""
        handed = [id for id, name in self._names().items() if _exists(self.submitted / name / lesson.id)]
        return sorted(handed)

    def prepare(self, lesson: Lesson) -> None:
        """Enter the lesson's exercises into the gradebook; raises CourseError where nbgrader refuses."""
        course_secret(self.keep / "secret")
        self._points.pop(lesson.id, None)
        build.write({lesson.solved: build.as_bytes(build.solved_notebook(lesson))})
        with self._directories(release_directory=self.keep / "release"):
            answer = self.api.generate_assignment(lesson.id, force=True)
        _refuse_to_go_on_after_ctrl_c(answer)
        if not answer["success"]:
            raise CourseError(f"nbgrader could not enter {lesson.id} into the gradebook: {_last_error(answer)}")

    def grade(self, lesson: Lesson, student: str) -> Result:
        """Grade one submission. Never raises for what a student handed in: the result says what was wrong."""
        began, source = time.monotonic(), self.folder("submitted", lesson, student)
        handed = digest(source)
        clean = self.keep / "prepared" / student / lesson.id
        try:
            result = self._grade_copy(lesson, student, source, clean)
        finally:
            shutil.rmtree(clean.parent, ignore_errors=True)
        if result.reason:
            result = self._withdraw(lesson, student, result)
        seconds, now = round(time.monotonic() - began, 3), datetime.now(UTC).isoformat(timespec="seconds")
        return replace(result, seconds=seconds, digest=handed, at=now)

    def feedback(self, lesson: Lesson, student: str) -> Path:
        """Write the student's feedback page and return its path; raises CourseError where nbgrader refuses."""
        answer = self.api.generate_feedback(lesson.id, student, force=True)
        _refuse_to_go_on_after_ctrl_c(answer)
        page = self.folder("feedback", lesson, student) / f"{lesson.name}.html"
        if not answer["success"] or not page.is_file():
            raise CourseError(f"nbgrader wrote no feedback for {student}: {_last_error(answer)}")
        return page

    @contextlib.contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """nbgrader's gradebook, open. Raises CourseError where it cannot be used."""
        try:
            with self._gradebook() as book:
                yield book
        except SQLAlchemyError as error:
            raise CourseError(
                f"The gradebook cannot be used: {_cause(error)}. Put a backup of it in its place, "
                "or move it away and grade again."
            ) from error

    def marks(self, lesson: Lesson) -> dict[str, tuple[float, bool]]:
        """Student → points in the gradebook, those given by hand included, and whether some are still to be given."""
        with self.gradebook() as book:
            try:
                found = book.assignment_submissions(lesson.id)
            except MissingEntry:
                return {}
            return {one.student_id: (one.score, one.needs_manual_grade) for one in found}

    def current(self, lesson: Lesson, result: Result, marks: dict[str, tuple[float, bool]]) -> Result:
        """A result of the ledger with the points that the gradebook holds now."""
        result = self.graded_since(lesson, result)
        if result.reason or result.student not in marks:
            return result
        score, by_hand = marks[result.student]
        return replace(result, score=score, by_hand=by_hand)

    def graded_since(self, lesson: Lesson, result: Result) -> Result:
        """The result; where nbgrader alone has since graded what could not be graded then, what came of that."""
        path = self.folder("autograded", lesson, result.student) / f"{lesson.name}.ipynb"
        if not result.reason or not _written_after(path, result.at):
            return result
        note = "nbgrader itself has graded it since"
        return self._outcome(lesson, replace(result, reason="", notes=(*result.notes, note)), {})

    def is_settled(self, lesson: Lesson, result: Result | None, marks: dict[str, tuple[float, bool]]) -> bool:
        """Whether a result of the ledger still holds: graded, filed, and nothing else handed in since."""
        if result is None or result.reason or result.student not in marks:
            return False
        graded = self.folder("autograded", lesson, result.student) / f"{lesson.name}.ipynb"
        return graded.is_file() and digest(self.folder("submitted", lesson, result.student)) == result.digest

    def max_score(self, lesson: Lesson) -> float:
        """The points of a lesson; raises CourseError where the gradebook does not know it."""
        with self.gradebook() as book:
            try:
                return book.find_assignment(lesson.id).max_score
            except MissingEntry as error:
                raise CourseError(f"The gradebook does not know {lesson.id} yet.") from error

    def _grade_copy(self, lesson: Lesson, student: str, source: Path, clean: Path) -> Result:
        """Preflight, nbgrader, and what came of it."""
        if lesson.id not in self._points:
            self._points[lesson.id] = self.max_score(lesson)
        blank = Result(student, lesson.id, None, self._points[lesson.id])
        ready = prepare(source, clean, self._release(lesson), lesson.name)
        if isinstance(ready, NotGraded):
            return replace(blank, reason=ready.reason)
        read = self._already_read(lesson, student)
        with self._directories(submitted_directory=self.keep / "prepared"):
            answer = self.api.autograde(lesson.id, student, force=True)
        _refuse_to_go_on_after_ctrl_c(answer)
        if not answer["success"]:
            return replace(blank, reason=_last_error(answer), notes=ready.notes)
        return self._outcome(lesson, replace(blank, notes=ready.notes), read)

    def _outcome(self, lesson: Lesson, blank: Result, read: dict[str, str]) -> Result:
        """The result of a submission that nbgrader has graded; not graded where its mark cannot be read."""
        path = self.folder("autograded", lesson, blank.student) / f"{lesson.name}.ipynb"
        try:
            graded = nbformat.read(path, as_version=4)
            self._keep_as_read(lesson, blank.student, graded, read)
            with self._gradebook() as book:
                marks = book.find_submission(lesson.id, blank.student)
                score, by_hand = marks.score, marks.needs_manual_grade
        except Exception as error:
            return replace(blank, reason=f"its mark cannot be read back ({_first_line(error)})")
        left = run_notes.read(graded)
        suspect = [note for note in blank.notes if note.startswith(SUSPECT)]
        return replace(
            blank,
            score=score,
            by_hand=by_hand,
            verdicts=verdicts(graded),
            notes=(*blank.notes, *left.notes),
            signs=(*suspect, *left.signs),
            cpu=left.cpu,
            cells=left.cells,
            isolation=left.isolation,
        )

    def _withdraw(self, lesson: Lesson, student: str, result: Result) -> Result:
        """What an earlier run gave does not stand for what is there now: open it in the gradebook.

        Points and comments that a person gave stay.
        """
        try:
            with self._gradebook() as book:
                for grade in self._grades(book, lesson, student):
                    grade.auto_score, grade.needs_manual_grade = None, True
                book.db.commit()
        except SQLAlchemyError as error:
            return replace(
                result, reason=f"{result.reason} (and the gradebook may show an older mark: {_cause(error)})"
            )
        with contextlib.suppress(OSError):
            if (older := self.folder("autograded", lesson, student)).is_dir():
                rmtree(str(older))
        return result

    def _already_read(self, lesson: Lesson, student: str) -> dict[str, str]:
        """Cell → source of what a person has marked and nbgrader would ask for again."""
        path = self.folder("autograded", lesson, student) / f"{lesson.name}.ipynb"
        if not path.is_file():
            return {}
        try:
            with self._gradebook() as book:
                grades = self._grades(book, lesson, student)
                done = {g.name for g in grades if g.manual_score is not None and not g.needs_manual_grade}
            return {id: text for id, text in _sources(nbformat.read(path, as_version=4)).items() if id in done}
        except Exception:  # it cannot be read: a person looks again
            return {}

    def _keep_as_read(self, lesson: Lesson, student: str, graded: Any, read: dict[str, str]) -> None:
        """Where a person has marked exactly this answer, it needs no second reading."""
        same = {id for id, text in _sources(graded).items() if read.get(id) == text}
        if same:
            with self._gradebook() as book:
                for grade in self._grades(book, lesson, student):
                    if grade.name in same and grade.manual_score is not None:
                        grade.needs_manual_grade = False
                book.db.commit()

    def _grades(self, book: Gradebook, lesson: Lesson, student: str) -> list[Any]:
        with contextlib.suppress(MissingEntry):
            return [g for nb in book.find_submission(lesson.id, student).notebooks for g in nb.grades]
        return []

    def _release(self, lesson: Lesson) -> nbformat.NotebookNode:
        return nbformat.read(self.keep / "release" / lesson.id / f"{lesson.name}.ipynb", as_version=4)

    def _names(self) -> dict[str, str]:
        """Student → name of the folder among the submissions."""
        folders = [path.name for path in self.submitted.glob("*") if not path.name.startswith(".")]
        return {id: name for name, id in student_ids(folders).items()}

    def _gradebook(self) -> Gradebook:
        return Gradebook(self.directory.db_url, self.directory.course_id)

    @contextlib.contextmanager
    def _directories(self, **folders: Path) -> Iterator[None]:
        """Have nbgrader work with other folders than those of its settings."""
        before = {name: getattr(self.directory, name) for name in folders}
        for name, path in folders.items():
            setattr(self.directory, name, path.relative_to(self.directory.root).as_posix())
        try:
            yield
        finally:
            for name, path in before.items():
                setattr(self.directory, name, path)


def course_config(root: Path) -> Config:
    """What ``nbgrader_config.py`` in the course's root says. Raises CourseError where it cannot be read."""
    try:
        return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    except Exception as error:
        raise CourseError(f"nbgrader_config.py in {root} cannot be read: {error}") from error


def write_csv(results: list[Result], path: Path) -> None:
    """One row a student: what was earned, or why nothing could be graded (score empty, never a silent 0)."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["student", "lesson", "score", "max_score", "status", "reason"])
        for r in results:
            score = "" if r.score is None else f"{r.score:g}"
            table.writerow([r.student, r.lesson, score, f"{r.max_score:g}", r.status, r.reason])


def _refuse_to_go_on_after_ctrl_c(answer: dict[str, Any]) -> None:
    """nbgrader takes Ctrl-C for one more error of the submission at hand: raise it again."""
    lines = answer.get("error", "").strip().splitlines()
    if lines and lines[-1].startswith("KeyboardInterrupt"):
        raise KeyboardInterrupt


def _last_error(answer: dict[str, Any]) -> str:
    """The last line that says something of what nbgrader logged or raised."""
    said = f"{answer.get('log', '')}\n{answer.get('error', '')}"
    if "database is locked" in said:
        return f"the gradebook was held by another program for {PATIENCE} s: close it there, and grade again"
    lines = [line.strip() for line in said.splitlines()]
    telling = [line for line in lines if "Error: " in line or re.fullmatch(r"\w+(Error|Exception|Exit)", line)]
    telling = telling or [line for line in lines if "Exception: " in line]
    text = (telling[::-1] or [line for line in lines if line] or ["no reason given"])[0]
    return text.rpartition("Error: ")[2] or text


def _sources(nb: nbformat.NotebookNode) -> dict[str, str]:
    cells = ((cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source) for cell in nb.cells)
    return {id: source for id, source in cells if id}


def _written_after(path: Path, moment: str) -> bool:
    """Whether there is such a file, younger than the second that ``moment`` names."""
    with contextlib.suppress(OSError, ValueError):
        return path.stat().st_mtime >= datetime.fromisoformat(moment).timestamp() + 1
    return False


def _exists(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _cause(error: SQLAlchemyError) -> str:
    return _first_line(getattr(error, "orig", None) or error)
