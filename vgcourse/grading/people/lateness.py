"""How late a hand-in was and what that costs, worked out anew whenever it is asked for, and filed with nbgrader.

A penalty depends on the lesson's points and the days, never on the mark, so that reading a written answer later does
not move it. Where `class.toml` has no [late], nbgrader's own plugin decides, by the due date as it stands now.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from nbgrader.api import Gradebook, SubmittedAssignment

from vgcourse.grading.people.policy import ClassPolicy, LatePolicy

NbgradersPenalty = Callable[[str, float, float], float | None]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Lateness:
    """One late hand-in: days begun, those of them that were free, and the points taken off.

    ``known`` is False where a platform says "late" and not how late.
    """

    days: int
    free: int = 0
    penalty: float = 0.0
    closed: bool = False
    known: bool = True

    def __str__(self) -> str:
        if not self.known:
            return "late, and how late is not known: write both dates into class.toml, [due] and [handed_in.LESSON]"
        said = f"{self.days} day{'' if self.days == 1 else 's'} late"
        said += f", {self.free} of them free" if self.free else ""
        said += ", after the last day" if self.closed else ""
        return said + (f": {self.penalty:g} off" if self.penalty else "")


def weigh(late: timedelta, policy: LatePolicy, points: float, free_left: int) -> Lateness | None:
    """The lateness of a hand-in that came ``late`` after its due date; None where it was in time."""
    if late <= policy.grace:
        return None
    days = math.ceil(late / DAY)
    free = min(days, free_left)
    if policy.closed_after is not None and late > policy.closed_after * DAY + policy.grace:
        return Lateness(days, 0, points, closed=True)
    each = policy.per_day if policy.in_points else policy.per_day * points
    most = points if policy.at_most is None else policy.at_most * (1 if policy.in_points else points)
    return Lateness(days, free, round(min(each * (days - free), most, points), 2))


def settle(
    book: Gradebook,
    policy: ClassPolicy,
    nbgraders: NbgradersPenalty,
    lesson: str,
    only: str = "",
    skip: Iterable[str] = (),
) -> None:
    """Bring dates, and the penalties of ``lesson``, to what holds now.

    ``only``: of this student; ``skip``: not of these, who have the row of somebody else.
    """
    for one in book.assignments:
        if one.name in policy.due and one.duedate != policy.due[one.name]:
            one.duedate = policy.due[one.name]
    for entry in book.assignment_submissions(lesson):
        if entry.student_id in skip or (only and entry.student_id != only):
            continue
        for each in entry.student.submissions:
            _enter_dates(each, policy)
        found = of_student(list(entry.student.submissions), policy).get(lesson) if policy.late else None
        wanted = (found.penalty if found else 0.0) if policy.late else _by_nbgrader(entry, nbgraders)
        _file(entry, wanted)
    book.db.commit()


def of_student(entries: list[SubmittedAssignment], policy: ClassPolicy) -> dict[str, Lateness]:
    """Lesson → lateness of one student's hand-ins; free days go in the order of the due dates."""
    late_policy = policy.late or LatePolicy()
    left, found = late_policy.free_days, {}
    dated = [entry for entry in entries if entry.timestamp and entry.assignment.duedate]
    for entry in sorted(dated, key=lambda e: (e.assignment.duedate, e.name)):
        lateness = weigh(entry.timestamp - entry.duedate, late_policy, entry.max_score, left)
        if lateness and lateness.closed:  # nothing counts, extra credit neither
            lateness = replace(lateness, penalty=max(entry.max_score, entry.score))
        if lateness:
            found[entry.name], left = lateness, left - lateness.free
    return found


def _enter_dates(entry: SubmittedAssignment, policy: ClassPolicy) -> None:
    """nbgrader's own pages show the time of hand-in and the extension as the file has them."""
    if not policy.exists:
        return
    stated = policy.handed_in_at(entry.student_id, entry.name)
    if stated and entry.timestamp != stated:
        entry.timestamp = stated
    due = entry.assignment.duedate
    longer = policy.due_for(entry.student_id, entry.name, due)
    extension = longer - due if due and longer and longer > due else None
    if entry.extension != extension:
        entry.extension = extension


def _by_nbgrader(entry: SubmittedAssignment, nbgraders: NbgradersPenalty) -> float:
    if not entry.assignment.duedate or entry.total_seconds_late <= 0:
        return 0.0
    return min(max(0.0, nbgraders(entry.student_id, entry.score, entry.total_seconds_late) or 0.0), entry.score)


def _file(entry: SubmittedAssignment, penalty: float) -> None:
    """Put a submission's penalty onto its first notebook."""
    for place, notebook in enumerate(sorted(entry.notebooks, key=lambda one: one.name)):
        wanted = penalty if place == 0 else 0.0
        if abs((notebook.late_submission_penalty or 0.0) - wanted) > 1e-9:
            notebook.late_submission_penalty = wanted
