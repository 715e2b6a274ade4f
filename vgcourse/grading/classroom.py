"""Grade a class through nbgrader, one student at a time, so that one broken submission stops nobody else."""

import csv
import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from vgcourse.checks.exercise import Verdict
from vgcourse.errors import CourseError
from vgcourse.grading import build
from vgcourse.grading.course import Lesson
from vgcourse.grading.execute import verdicts

# nbgrader's own queries set these off at every submission; nobody here can act on them.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")


@dataclass(frozen=True)
class Result:
    """What grading one submission came to; ``reason`` says why where it was not graded."""

    student: str
    lesson: str
    score: float | None
    max_score: float
    by_hand: bool = False
    reason: str = ""
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def status(self) -> str:
        if self.reason:
            return "not graded"
        return "needs reading" if self.by_hand else "graded"


class Classroom:
    """A course's folders and gradebook, as nbgrader's settings name them.

    ``config`` overrides what ``nbgrader_config.py`` says.
    """

    def __init__(self, root: Path, config: Config | None = None) -> None:
        self.root = root
        self.config = course_config(root)
        self.config.merge(config or Config())
        self.directory = CourseDirectory(config=self.config)
        self.api = NbGraderAPI(self.directory, config=self.config)
        self.api.log_level = "ERROR"
        self.api.log.propagate = False

    def folder(self, step: str, lesson: Lesson, student: str) -> Path:
        """The folder of a step (``submitted``, ``autograded``, ``feedback``) for one student."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, lesson.id))

    def students(self, lesson: Lesson) -> list[str]:
        """Everyone with a folder for this lesson among the submissions, by name."""
        base = Path(self.directory.format_path(self.directory.submitted_directory, ".", "."))
        found = [path.name for path in base.glob("*") if (path / lesson.id).is_dir()]
        return sorted(found)

    def prepare(self, lesson: Lesson) -> None:
        """Enter the lesson's exercises into the gradebook; raises CourseError where nbgrader refuses."""
        build.write({lesson.solved: build.as_bytes(build.solved_notebook(lesson))})
        keep = self.directory.release_directory
        self.directory.release_directory = str(Path(self.directory.autograded_directory) / ".release")
        try:
            answer = self.api.generate_assignment(lesson.id, force=True)
        finally:
            self.directory.release_directory = keep
        if not answer["success"]:
            raise CourseError(f"nbgrader could not enter {lesson.id} into the gradebook: {_last_error(answer)}")

    def grade(self, lesson: Lesson, student: str) -> Result:
        """Grade one submission. Never raises for what a student handed in: the result says what was wrong."""
        possible = self._max_score(lesson)
        reason = unreadable(self.folder("submitted", lesson, student), lesson)
        if not reason:
            answer = self.api.autograde(lesson.id, student, force=True)
            _refuse_to_go_on_after_ctrl_c(answer)
            reason = "" if answer["success"] else f"{_last_error(answer)}"
        if reason:
            return Result(student, lesson.id, None, possible, reason=reason)
        with Gradebook(self.directory.db_url, self.directory.course_id) as book:
            marks = book.find_submission(lesson.id, student)
            score, by_hand = marks.score, marks.needs_manual_grade
        graded = nbformat.read(self.folder("autograded", lesson, student) / f"{lesson.name}.ipynb", as_version=4)
        return Result(student, lesson.id, score, possible, by_hand, verdicts=verdicts(graded))

    def grade_all(self, lesson: Lesson, students: list[str] | None = None) -> Iterator[Result]:
        """Grade ``students`` (all who handed in, where none are named), one result after the other."""
        self.prepare(lesson)
        for student in students or self.students(lesson):
            yield self.grade(lesson, student)

    def feedback(self, lesson: Lesson, student: str) -> Path:
        """Write the student's feedback page and return its path; raises CourseError where nbgrader refuses."""
        answer = self.api.generate_feedback(lesson.id, student, force=True)
        _refuse_to_go_on_after_ctrl_c(answer)
        page = self.folder("feedback", lesson, student) / f"{lesson.name}.html"
        if not answer["success"] or not page.is_file():
            raise CourseError(f"nbgrader wrote no feedback for {student}: {_last_error(answer)}")
        return page

    def _max_score(self, lesson: Lesson) -> float:
        with Gradebook(self.directory.db_url, self.directory.course_id) as book:
            try:
                return book.find_assignment(lesson.id).max_score
            except MissingEntry as error:
                raise CourseError(f"The gradebook does not know {lesson.id} yet.") from error


def course_config(root: Path) -> Config:
    """What ``nbgrader_config.py`` in the course's root says. Raises CourseError where it cannot be read."""
    try:
        return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    except Exception as error:
        raise CourseError(f"nbgrader_config.py in {root} cannot be read: {error}") from error


def unreadable(folder: Path, lesson: Lesson) -> str:
    """Why a submission cannot be run at all, or an empty text where it can."""
    notebooks = sorted(path.name for path in folder.glob("*.ipynb"))
    wanted = f"{lesson.name}.ipynb"
    if wanted not in notebooks:
        there = f"only {', '.join(notebooks)}" if notebooks else "no notebook"
        return f"the folder holds {there}; {wanted} is missing"
    try:
        nb = json.loads((folder / wanted).read_text(encoding="utf-8-sig"))
        nbformat.validate(nbformat.from_dict(nb), relax_add_props=True)
    except (ValueError, OSError):
        return f"{wanted} is not a notebook (it is not JSON)"
    except Exception as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        return f"{wanted} is not a notebook that Jupyter can open ({said})"
    return ""


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
    lines = [line.strip() for line in f"{answer.get('log', '')}\n{answer.get('error', '')}".splitlines()]
    telling = [line for line in lines if "Error: " in line or "Exception: " in line]
    text = (telling or [line for line in lines if line] or ["no reason given"])[0]
    return text.rpartition("Error: ")[2] or text
