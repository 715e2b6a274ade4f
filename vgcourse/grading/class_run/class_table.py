"""Where everybody stands in a lesson: the one place that says what holds of a submission.

The gradebook has the marks, the ledger the reasons, the folders what was handed in. Table, CSV, export, report and
feedback all ask here, so that they cannot disagree.
"""

import contextlib
import csv
import io
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from nbgrader.api import MissingEntry, SubmittedAssignment

from vgcourse.course.checks.verdicts import Verdict
from vgcourse.course.lesson import Lesson
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.ledger import Ledger
from vgcourse.grading.class_run.made_of import HANDED_IN, WORDS, changed, made_of
from vgcourse.grading.class_run.result import GRADED, NEEDS_READING, NOT_GRADED, STALE, Result
from vgcourse.grading.class_run.submission import read_outcome
from vgcourse.grading.kept_files import digest, write_whole
from vgcourse.grading.names import in_table, shown
from vgcourse.grading.notebook.run_notes import holds_outputs, was_run
from vgcourse.grading.people.groups import HandIn, hand_ins, mirror
from vgcourse.grading.people.lateness import Lateness, of_student, settle
from vgcourse.grading.people.policy import ClassPolicy

NOT_HANDED_IN = "nothing was handed in"
NOT_YET_GRADED = "it has not been graded yet"
UNTIMED = "when it was handed in is not known, so it counts as in time"


@dataclass(frozen=True)
class Mark:
    """The gradebook's points for one graded cell; ``given``: by a run or by a person, however few."""

    id: str
    points: float
    most: float
    by_hand: bool = False
    waiting: bool = False
    given: bool = True
    in_words: bool = False


@dataclass(frozen=True)
class Standing:
    """One student in one lesson. ``score`` is None, and ``reason`` says why, where there is no mark.

    ``score`` is after what lateness took off. ``settled``: the mark is made of what is there now; ``stale``: what has
    changed since it was made (kinds of ``made_of``). ``filed_as``: whose submission it is, which in a ``group`` may
    be another member's. ``student`` is nbgrader's id, ``called`` what people say: see ``_called``.
    ``untimed``: lateness costs something here, and when this was handed in is not known.
    """

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
    stale: tuple[str, ...] = ()
    lateness: Lateness | None = None
    group: str = ""
    filed_as: str = ""
    called: str = ""
    timed: bool = False
    untimed: bool = False

    @property
    def status(self) -> str:
        """``not graded``, ``stale``, ``needs reading`` (a written answer waits for a person) or ``graded``."""
        if self.reason:
            return NOT_GRADED
        if self.stale:
            return STALE
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
    def to_read(self) -> float:
        """The points of the written answers that nobody has read yet."""
        return sum(mark.most for mark in self.marks.values() if mark.waiting)

    @property
    def points(self) -> str:
        """``9 of 12``, or ``10 of 10, 2 to read``; what lateness took off is named."""
        if self.score is None:
            return f"– of {self.max_score:g}"
        to_read = f", {self.to_read:g} to read" if self.waiting else ""
        off = f", {self.lateness.penalty:g} off for lateness" if self.lateness and self.lateness.penalty else ""
        return f"{self.score:g} of {self.max_score - self.to_read:g}{to_read}{off}"

    @property
    def looks_stale(self) -> str:
        """In words, what has changed since the mark was made; empty where nothing has."""
        return " and ".join(WORDS[kind] for kind in self.stale)

    @property
    def name(self) -> str:
        """First and last name where the gradebook knows them, else the name of the student's folder."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.called or self.student


def standings(classroom: Classroom, lesson: Lesson) -> list[Standing]:
    """Everybody in the gradebook, in the ledger or among the submissions, by student id.

    Lateness and groups are brought up to date in the gradebook first. Raises CourseError where it does not know the
    lesson, and where `class.toml` is wrong.
    """
    results, policy = Ledger.of(classroom).results(lesson.id), classroom.policy()
    theirs = hand_ins(policy, set(classroom.students(lesson)), set(results))
    with classroom.gradebook() as book:
        try:
            most = book.find_assignment(lesson.id).max_score
        except MissingEntry as error:
            raise CourseError(
                f"The gradebook does not know {lesson.id}: grade it first, with `vgcourse grade {lesson.id}`."
            ) from error
        copies = {student: one.owner for student, one in theirs.items() if one.owner != student}
        settle(book, policy, classroom.nbgraders_penalty(), lesson.id, skip=copies)
        for student, owner in copies.items():
            mirror(book, lesson.id, owner, student)
        for student in {entry.student_id for entry in book.assignment_submissions(lesson.id)} - set(copies):
            if classroom.unshare(lesson, student):
                book.remove_submission(lesson.id, student)
        people = {student.id: student for student in book.students}
        entries = {entry.student_id: entry for entry in book.assignment_submissions(lesson.id)}
        blank = {id: _known(id, lesson, most, people.get(id)) for id in sorted({*theirs, *people} - policy.names())}
        graded = {id: _with_marks(one, entries[id], _late(entries.get(copies.get(id, id), entries[id]), policy))
                  for id, one in blank.items() if id in entries and entries[id].notebooks}  # fmt: skip
    for student, owner in copies.items():
        classroom.share(lesson, owner, student)
    now, called = _made_now(classroom, lesson), classroom.folder_names()
    class_ = {id: replace(graded.get(id, one), called=_called(id, called.get(id, id))) for id, one in blank.items()}
    found = [state_of(classroom, lesson, one, results, theirs.get(id), now) for id, one in class_.items()]
    return [replace(one, untimed=_without_time(one, policy)) for one in found]


def state_of(
    classroom: Classroom,
    lesson: Lesson,
    entry: Standing,
    results: dict[str, Result],
    hand_in: HandIn | None,
    now: dict[str, str],
) -> Standing:
    """What holds of one student now: of ``entry``, the gradebook's marks, and of the ledger's last ``results``.

    Whatever an earlier run left in the gradebook is no longer the mark of a submission that could not be graded.
    """
    owner = hand_in.owner if hand_in else entry.student
    entry = replace(entry, filed_as=owner, group=hand_in.group if hand_in else "")
    result = results.get(owner)
    result = _graded_since(classroom, lesson, result) if result else _by_nbgrader_alone(classroom, lesson, entry)
    if not (result and result.reason) and _was_killed(
        classroom.graded(lesson, entry.student), [*entry.marks.values()]
    ):
        entry = replace(entry, score=None)
    reason = (hand_in.problem if hand_in else "") or (result.reason if result else "")
    if not reason and entry.score is None:
        reason = NOT_YET_GRADED if hand_in else NOT_HANDED_IN
    if reason:
        return replace(entry, score=None, marks={}, lateness=None, reason=reason, result=result)
    if result and result.said_late and entry.lateness is None and not entry.timed:
        entry = replace(entry, lateness=Lateness(0, known=False))
    settled, stale = _holds(classroom, lesson, result, now)
    return replace(entry, result=result, settled=settled, stale=stale)


def _without_time(one: Standing, policy: ClassPolicy) -> bool:
    """Whether a hand-in counts as in time only because nobody knows when it came."""
    costs = policy.late is not None and one.lesson in policy.due
    return costs and one.score is not None and not one.timed and one.lateness is None


def _holds(
    classroom: Classroom, lesson: Lesson, result: Result | None, now: dict[str, str]
) -> tuple[bool, tuple[str, ...]]:
    """Whether a mark is made of all that is there now, is filed and in the ledger; and what is known to differ."""
    if result is None or not result.digest:
        return False, ()
    folder = classroom.folder("submitted", lesson, result.student)
    again = (HANDED_IN,) if os.path.lexists(folder) and digest(folder) != result.digest else ()
    stale = (*again, *changed(result.made_of, now))
    filed = was_run(classroom.graded(lesson, result.student)) and bool(result.made_of)
    return filed and not stale and os.path.lexists(folder), stale


def _made_now(classroom: Classroom, lesson: Lesson) -> dict[str, str]:
    """What a mark of this lesson would be made of now; nothing where it was never prepared here."""
    try:
        return made_of(classroom.release(lesson), lesson.id)
    except (OSError, ValueError):
        return {}


def _late(entry: SubmittedAssignment, policy: ClassPolicy) -> Lateness | None:
    """How late a submission is: by `class.toml`, else what nbgrader's plugin took off."""
    if policy.late:
        return of_student(list(entry.student.submissions), policy).get(entry.name)
    if not entry.assignment.duedate or entry.total_seconds_late <= 0:
        return None
    return Lateness(math.ceil(entry.total_seconds_late / 86400), penalty=entry.late_submission_penalty or 0.0)


def _graded_since(classroom: Classroom, lesson: Lesson, result: Result) -> Result:
    """The result; where nbgrader alone has since graded what could not be graded then, what came of that.

    A run that was killed before its line in the ledger looks the same: it is not settled, and is graded again.
    """
    graded = classroom.graded(lesson, result.student)
    if not result.reason or not _written_after(graded, result.at) or not was_run(graded):
        return result
    note = "nbgrader itself has graded it since"
    return read_outcome(classroom, lesson, replace(result, reason="", digest="", notes=(*result.notes, note)))


def _was_killed(graded: Path, marks: list[Mark]) -> bool:
    """Whether a run was killed on its first way through a submission: a check has no points yet, not even 0.

    Whatever else the gradebook has of it then is what nbgrader begins with, or what is left of a mark that no longer
    holds.
    """
    open_ = [mark for mark in marks if not mark.given]
    begun = any(not mark.in_words for mark in open_) or (open_ and len(open_) == len(marks))
    return bool(begun) and not was_run(graded) and not holds_outputs(graded)


def _by_nbgrader_alone(classroom: Classroom, lesson: Lesson, entry: Standing) -> Result | None:
    """Whom plain `nbgrader autograde` graded the ledger does not know: the verdicts stand in the notebook too."""
    if entry.score is None or not was_run(classroom.graded(lesson, entry.student)):
        return None
    found = read_outcome(classroom, lesson, Result(entry.student, lesson.id, None, entry.max_score))
    return None if found.reason else found


def _called(id: str, folder: str) -> str:
    """The folder's name, which people know; nbgrader's id, which differs for everybody, where it cannot be shown."""
    return folder if folder == shown(folder, 255) else id


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


def _with_marks(blank: Standing, entry: SubmittedAssignment, lateness: Lateness | None) -> Standing:
    score = max(0.0, entry.score - (entry.late_submission_penalty or 0.0))
    timed = bool(entry.timestamp and entry.assignment.duedate)
    marks = {mark.id: mark for mark in _marks(entry)}
    return replace(blank, score=round(score, 2), marks=marks, lateness=lateness, timed=timed)


def _marks(entry: SubmittedAssignment) -> Iterable[Mark]:
    for notebook in entry.notebooks:
        for grade in notebook.grades:
            by_hand, waiting = grade.manual_score is not None, bool(grade.needs_manual_grade)
            given, in_words = by_hand or grade.auto_score is not None, grade.cell.cell_type == "markdown"
            yield Mark(grade.name, grade.score or 0.0, grade.max_score, by_hand, waiting, given, in_words)


def write_csv(class_: list[Standing], path: Path) -> None:
    """One row a student: what was earned, or why nothing could be graded (score empty, never a silent 0)."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["student", "lesson", "score", "max_score", "status", "reason", "late"])
    for one in class_:
        score = "" if one.score is None else f"{one.score:g}"
        late = str(one.lateness or (UNTIMED if one.untimed else ""))
        row = [one.called or one.student, one.lesson, score, f"{one.max_score:g}", one.status, one.reason, late]
        table.writerow([in_table(cell) for cell in row])
    write_whole(path, text.getvalue())


def _written_after(path: Path, moment: str) -> bool:
    """Whether there is such a file, younger than the second that ``moment`` names."""
    with contextlib.suppress(OSError, ValueError):
        return path.stat().st_mtime >= datetime.fromisoformat(moment).timestamp() + 1
    return False
