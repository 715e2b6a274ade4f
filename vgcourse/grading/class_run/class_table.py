"""Where everybody stands in a lesson: the gradebook's marks, and the ledger's reasons where there is none."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from nbgrader.api import MissingEntry, SubmittedAssignment

from vgcourse.course.lesson import Lesson
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.ledger import Ledger
from vgcourse.grading.class_run.result import Result

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
    known = Ledger.of(classroom).results(lesson.id)
    results = {id: classroom.graded_since(lesson, result) for id, result in known.items()}
    handed_in = set(classroom.students(lesson)) | set(results)
    with classroom.gradebook() as book:
        try:
            most = book.find_assignment(lesson.id).max_score
        except MissingEntry as error:
            raise CourseError(
                f"The gradebook does not know {lesson.id}: grade it first, with `vgcourse grade {lesson.id}`."
            ) from error
        people = {student.id: student for student in book.students}
        graded = {entry.student_id: entry for entry in book.assignment_submissions(lesson.id)}
        return [
            _standing(id, lesson, most, people.get(id), graded.get(id), results.get(id), id in handed_in)
            for id in sorted(handed_in | set(people))
        ]


def _standing(id, lesson, most, person, entry: SubmittedAssignment | None, result, handed_in: bool) -> Standing:
    who = {
        "first_name": getattr(person, "first_name", "") or "",
        "last_name": getattr(person, "last_name", "") or "",
        "email": getattr(person, "email", "") or "",
        "lms_id": getattr(person, "lms_user_id", "") or "",
    }
    reason = result.reason if result else ""
    if not reason and (entry is None or not entry.notebooks):
        reason = NOT_YET_GRADED if handed_in else NOT_HANDED_IN
    if reason:  # whatever an earlier run left in the gradebook is no longer this submission's mark
        return Standing(id, lesson.id, None, most, reason, result=result, **who)
    marks = {mark.id: mark for mark in _marks(entry)}
    score = max(0.0, entry.score - (entry.late_submission_penalty or 0.0))
    return Standing(id, lesson.id, round(score, 2), most, marks=marks, result=result, **who)


def _marks(entry: SubmittedAssignment) -> Iterable[Mark]:
    for notebook in entry.notebooks:
        for grade in notebook.grades:
            by_hand = grade.manual_score is not None
            yield Mark(grade.name, grade.score or 0.0, grade.max_score, by_hand, bool(grade.needs_manual_grade))
