"""Where everybody stands in a lesson: the one place that says what holds of a submission.

The gradebook has the marks, the ledger the reasons, the folders what was handed in. Table, CSV, export, report and
feedback all ask here, so that they cannot disagree.
"""

import contextlib
import csv
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from nbgrader.api import MissingEntry, SubmittedAssignment

from vgcourse.course.checks.exercise import Verdict
from vgcourse.course.lesson import Lesson
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.ledger import Ledger
from vgcourse.grading.class_run.result import GRADED, NEEDS_READING, NOT_GRADED, Result
from vgcourse.grading.class_run.submission import read_outcome
from vgcourse.grading.kept_files import digest

NOT_HANDED_IN = "nothing was handed in"
NOT_YET_GRADED = "it has not been graded yet"


@dataclass(frozen=True)
class Mark:
    """The gradebook's points for one graded cell."""

    id: str
    points: float
    most: float
    by_hand: bool = False
    waiting: bool = False


@dataclass(frozen=True)
class Standing:
    """One student in one lesson. ``score`` is None, and ``reason`` says why, where there is no mark."""

    student: str
    lesson: str
    score: float | None
    max_score: float
    reason: str = ""
    marks: dict[str, Mark] = field(default_factory=dict)
    result: Result | None = None
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
    settled: bool = False

    @property
    def status(self) -> str:
        """``graded``, ``needs reading`` (a written answer waits for a person) or ``not graded``."""
        if self.score is None:
            return NOT_GRADED
        return NEEDS_READING if self.waiting else GRADED

    @property
    def verdicts(self) -> list[Verdict]:
        """What the checks said."""
        return self.result.verdicts if self.result else []

    @property
    def notes(self) -> tuple[str, ...]:
        """What was mended before grading."""
        return self.result.notes if self.result else ()

    @property
    def signs(self) -> tuple[str, ...]:
        """What looks like tampering."""
        return self.result.signs if self.result else ()

    @property
    def waiting(self) -> tuple[str, ...]:
        """The written answers that nobody has read yet."""
        return tuple(mark.id for mark in self.marks.values() if mark.waiting)

    @property
    def name(self) -> str:
        """First and last name where the gradebook knows them, else the student's id."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.student


def standings(classroom: Classroom, lesson: Lesson) -> list[Standing]:
    """Everybody in the gradebook, in the ledger or among the submissions, by student id.

    Raises CourseError where the gradebook does not know the lesson.
    """
    results = Ledger.of(classroom).results(lesson.id)
    handed_in = set(classroom.students(lesson)) | set(results)
    with classroom.gradebook() as book:
        try:
            most = book.find_assignment(lesson.id).max_score
        except MissingEntry as error:
            raise CourseError(
                f"The gradebook does not know {lesson.id}: grade it first, with `vgcourse grade {lesson.id}`."
            ) from error
        people = {student.id: student for student in book.students}
        entries = {entry.student_id: entry for entry in book.assignment_submissions(lesson.id)}
        blank = {id: _known(id, lesson, most, people.get(id)) for id in sorted(handed_in | set(people))}
        graded = {id: _with_marks(blank[id], entry) for id, entry in entries.items() if entry.notebooks}
    return [
        state_of(classroom, lesson, graded.get(id, one), results.get(id), id in handed_in)
        for id, one in blank.items()
    ]


def state_of(
    classroom: Classroom, lesson: Lesson, entry: Standing, result: Result | None, handed_in: bool
) -> Standing:
    """What holds of one student now: of ``entry``, the gradebook's marks, and of ``result``, the ledger's last line.

    Whatever an earlier run left in the gradebook is no longer the mark of a submission that could not be graded.
    """
    result = _graded_since(classroom, lesson, result) if result else _by_nbgrader_alone(classroom, lesson, entry)
    reason = result.reason if result else ""
    if not reason and entry.score is None:
        reason = NOT_YET_GRADED if handed_in else NOT_HANDED_IN
    if reason:
        return replace(entry, score=None, marks={}, reason=reason, result=result)
    return replace(entry, result=result, settled=_is_settled(classroom, lesson, result))


def _is_settled(classroom: Classroom, lesson: Lesson, result: Result | None) -> bool:
    """Whether a mark still holds: the ledger knows it, it is filed, and nothing else was handed in since."""
    if result is None or not result.digest or not classroom.graded(lesson, result.student).is_file():
        return False
    return digest(classroom.folder("submitted", lesson, result.student)) == result.digest


def _graded_since(classroom: Classroom, lesson: Lesson, result: Result) -> Result:
    """The result; where nbgrader alone has since graded what could not be graded then, what came of that."""
    if not result.reason or not _written_after(classroom.graded(lesson, result.student), result.at):
        return result
    note = "nbgrader itself has graded it since"
    return read_outcome(classroom, lesson, replace(result, reason="", notes=(*result.notes, note)))


def _by_nbgrader_alone(classroom: Classroom, lesson: Lesson, entry: Standing) -> Result | None:
    """Whom plain `nbgrader autograde` graded the ledger does not know: the verdicts stand in the notebook too."""
    if entry.score is None or not classroom.graded(lesson, entry.student).is_file():
        return None
    found = read_outcome(classroom, lesson, Result(entry.student, lesson.id, None, entry.max_score))
    return None if found.reason else found


def _known(id: str, lesson: Lesson, most: float, person: object | None) -> Standing:
    """What the gradebook says of a student, without any mark."""
    return Standing(
        id,
        lesson.id,
        None,
        most,
        first_name=getattr(person, "first_name", "") or "",
        last_name=getattr(person, "last_name", "") or "",
        email=getattr(person, "email", "") or "",
        lms_id=getattr(person, "lms_user_id", "") or "",
    )


def _with_marks(blank: Standing, entry: SubmittedAssignment) -> Standing:
    score = max(0.0, entry.score - (entry.late_submission_penalty or 0.0))
    return replace(blank, score=round(score, 2), marks={mark.id: mark for mark in _marks(entry)})


def _marks(entry: SubmittedAssignment) -> Iterable[Mark]:
    for notebook in entry.notebooks:
        for grade in notebook.grades:
            by_hand = grade.manual_score is not None
            yield Mark(grade.name, grade.score or 0.0, grade.max_score, by_hand, bool(grade.needs_manual_grade))


def write_csv(class_: list[Standing], path: Path) -> None:
    """One row a student: what was earned, or why nothing could be graded (score empty, never a silent 0)."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["student", "lesson", "score", "max_score", "status", "reason"])
        for one in class_:
            score = "" if one.score is None else f"{one.score:g}"
            table.writerow([one.student, one.lesson, score, f"{one.max_score:g}", one.status, one.reason])


def _written_after(path: Path, moment: str) -> bool:
    """Whether there is such a file, younger than the second that ``moment`` names."""
    with contextlib.suppress(OSError, ValueError):
        return path.stat().st_mtime >= datetime.fromisoformat(moment).timestamp() + 1
    return False
