"""Grade a class from the command line: what is left to do, a line a student as it is done, a table, a file of marks.

Every result is in the ledger before the next is heard of. The same command, given again, goes on where it was.
"""

import os
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from tqdm import tqdm

from vgcourse.course.lesson import Lesson
from vgcourse.course.text_table import count, shown
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.class_table import (
    NOT_HANDED_IN,
    NOT_YET_GRADED,
    Standing,
    standings,
    write_csv,
)
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.ledger import Ledger, Said
from vgcourse.grading.class_run.pool import Pool
from vgcourse.grading.class_run.result import Result
from vgcourse.grading.class_run.terminal_table import summary, table, untimed_line
from vgcourse.grading.intake.archives import UNPACKING, Handed, collect
from vgcourse.grading.kept_files import digest, only_one
from vgcourse.grading.people.groups import HandIn, hand_ins
from vgcourse.grading.people.policy import FILE, ClassPolicy


def grade_class(
    classroom: Classroom,
    lesson: Lesson,
    *,
    students: list[str] | None = None,
    csv: Path,
    jobs: int | None = None,
    regrade: bool = False,
    scheduler: str | None = None,
    download: Path | None = None,
) -> list[Standing]:
    """Grade who is not graded yet, print the table, write ``csv``; return where those who were asked for stand.

    ``students``: only these; ``jobs``: worker processes (one a processor); ``regrade``: also who is graded already;
    ``scheduler``: the address of a dask cluster to grade on; ``download``: sort this download of Canvas or Moodle
    into the course first. ``csv`` always has everybody. After Ctrl-C table and file hold what is there. Raises
    CourseError, before anybody is graded, where nobody handed in and where ``csv`` cannot be written.
    """
    with only_one(classroom.keep):
        if not download and (classroom.submitted / UNPACKING).exists():
            print("! Sorting in a download was broken off, so hand-ins may be missing: say --from again")
        if download:
            _collect(classroom, lesson, download)
        theirs = _who(classroom, lesson, students)
        _refuse_unwritable(csv)
        classroom.prepare(lesson)
        ledger = Ledger.of(classroom)
        todo = _to_do(classroom, lesson, ledger, theirs, regrade)
        try:
            _run(classroom, lesson, ledger, todo, jobs or os.cpu_count() or 1, scheduler)
            ledger.end_regrade(lesson.id)
        finally:
            everybody = _graded(standings(classroom, lesson))
            results = [one for one in everybody if one.student in theirs]
            if results:
                print("\n".join(["", table(results), "", summary(results, len(theirs))]))
                if line := untimed_line(results):
                    print(f"! {line}")
                _write_marks(everybody, csv)
    return results


def _graded(class_: list[Standing]) -> list[Standing]:
    """Those who have been graded, or could not be."""
    return [one for one in class_ if one.reason not in (NOT_YET_GRADED, NOT_HANDED_IN)]


def _who(classroom: Classroom, lesson: Lesson, students: list[str] | None) -> dict[str, HandIn]:
    """Student → hand-in, of everybody or of those named."""
    policy, students = classroom.policy(), classroom.ids(students or [])
    known = hand_ins(policy, set(classroom.students(lesson)))
    if not known:
        where = _from_here(classroom.folder("submitted", lesson, "STUDENT"))
        raise CourseError(f"Nobody handed in {lesson.id}: there is no folder {where}.")
    if strangers := sorted(set(students) - set(known)):
        near = [get_close_matches(name, known, n=1) for name in strangers]
        hint = f" Did you mean {' and '.join(shown(name[0]) for name in near)}?" if all(near) else ""
        raise CourseError(f"No submission of {lesson.id} from {', '.join(map(shown, strangers))}.{hint}")
    _name_strangers(policy, classroom, lesson)
    return {student: known[student] for student in sorted(set(students or known))}


def _name_strangers(policy: ClassPolicy, classroom: Classroom, lesson: Lesson) -> None:
    """A slip of the pen in `class.toml` gives nobody an extension: say whom nobody knows."""
    known = set(classroom.everybody())
    if strange := sorted(policy.people() - known):
        names, meant = ", ".join(map(shown, strange)), _meant(strange, known)
        print(f"! {FILE} names {names}: nobody of that name has handed in or is in the gradebook{meant}")


def _meant(strange: list[str], known: set[str]) -> str:
    """Whom these names may mean: without the platform's number, say, or with an accent made of two characters."""
    by_look = {unicodedata.normalize("NFKD", name).casefold(): name for name in known}
    near = (get_close_matches(unicodedata.normalize("NFKD", name).casefold(), by_look, n=1) for name in strange)
    meant = {by_look[found[0]]: None for found in near if found}
    return f"; did you mean {', '.join(map(shown, meant))}? Copy the name as it stands there" if meant else ""


def _to_do(
    classroom: Classroom, lesson: Lesson, ledger: Ledger, theirs: dict[str, HandIn], regrade: bool
) -> list[str]:
    """Whose submissions are to be graded now; says how many are settled, and why others are graded again."""
    class_ = {one.student: one for one in standings(classroom, lesson)}
    wanted = {student for student, one in theirs.items() if not one.problem}
    owners = sorted({theirs[student].owner for student in wanted})
    open_ = {theirs[student].owner for student in wanted if not class_[student].settled}
    again = _regrade(ledger, lesson, owners, regrade)
    todo = [owner for owner in owners if owner in open_ or owner in again]
    stale = [one for student in wanted for one in [class_[student]] if one.stale and one.filed_as == student]
    for why, number in Counter(one.looks_stale for one in stale).items():
        print(f"{lesson.id}: {number} of {len(owners)} are graded again, because {why} since")
    if done := len(owners) - len(todo):
        print(f"{lesson.id}: {done} of {len(owners)} are graded and unchanged (--regrade grades them too)")
    return todo


def _regrade(ledger: Ledger, lesson: Lesson, owners: list[str], wanted: bool) -> set[str]:
    """Who is graded whether or not anything has changed: a regrade that was stopped goes on where it was."""
    left = ledger.regrading(lesson.id)
    if left and (not wanted or set(left) <= set(owners)):
        now = set(left) & set(owners)
        print(f"{lesson.id}: the regrade that was stopped goes on: {len(left)} are left, {len(now)} of them now")
        return now
    if wanted:
        ledger.plan_regrade(lesson.id, sorted({*left, *owners}))
    return set(owners) if wanted else set()


def _run(
    classroom: Classroom,
    lesson: Lesson,
    ledger: Ledger,
    todo: list[str],
    jobs: int,
    scheduler: str | None,
) -> None:
    """Grade, and write each result down before anything else is done with it."""
    if not todo:
        return
    before, said, loud = ledger.results(lesson.id), ledger.said(lesson.id), None
    bar = tqdm(total=len(todo), unit="student", desc=lesson.id, dynamic_ncols=True)
    with bar, _workers(classroom, min(jobs, len(todo)), scheduler) as workers:
        workers.tell = bar.set_postfix_str
        for result in workers.grade(lesson, todo):
            bar.set_postfix_str("", refresh=False)
            if workers.notice and workers.notice != loud:
                loud = workers.notice
                tqdm.write(f"! {loud}", file=sys.stderr)
            ledger.append(_with_platform(result, said.get(result.student), before.get(result.student)))
            bar.update()


def _with_platform(result: Result, said: Said | None, before: Result | None) -> Result:
    """The result with what the learning platform said of the submission when it was fetched."""
    if said and said.digest == result.digest:
        return replace(result, notes=(*said.notes, *result.notes), said_late=said.late)
    return replace(result, said_late=bool(before and before.said_late and before.digest == result.digest))


def _workers(classroom: Classroom, jobs: int, scheduler: str | None):
    if scheduler is None:
        return Pool(classroom, jobs)
    from vgcourse.grading.class_run.cluster import Cluster

    return Cluster(classroom, scheduler)


def _collect(classroom: Classroom, lesson: Lesson, download: Path) -> None:
    """Sort a download into the submissions, and keep what the platform says of each."""

    def keep(handed: list[Handed]) -> None:
        ids = {classroom.folder("submitted", lesson, id).parent.name: id for id in classroom.students(lesson)}
        of = {ids.get(one.student, one.student): one for one in handed}
        classroom.book.enter_platform_ids({student: one.lms_id for student, one in of.items()})
        said = {student: Said(digest(one.folder), one.late, one.notes) for student, one in of.items()}
        Ledger.of(classroom).keep_said(lesson.id, said)

    handed, notes = collect(download, classroom.submitted, lesson.id, classroom.book.platform_ids(), keep)
    for note in notes:
        print(f"! {shown(note)}")
    print(f"{download.name}: {count(len(handed), 'submission')} of {lesson.id}")


def _refuse_unwritable(csv: Path) -> None:
    """Better now than after an hour of grading; no empty file of marks stays should the run be stopped."""
    try:
        there = os.path.lexists(csv)
        csv.open("a").close()
        if not there:
            csv.unlink()
    except OSError as error:
        raise CourseError(f"The marks cannot be written to {csv}: {error.strerror}.") from error


def _write_marks(results: list[Standing], csv: Path) -> None:
    try:
        write_csv(results, csv)
    except OSError as error:  # opened in a spreadsheet meanwhile
        raise CourseError(
            f"The marks could not be written to {csv}: {error.strerror}. The gradebook has them."
        ) from error
    print(f"Marks: {_from_here(csv)}")


def _from_here(path: Path) -> str:
    """The path as seen from here; on another drive of Windows, as it is."""
    try:
        return os.path.relpath(path)
    except ValueError:
        return str(path)


def handed_in(classroom: Classroom, lessons: list[Lesson], students: list[str] | None = None) -> Iterator[Lesson]:
    """The lessons that somebody has handed in; where ``students`` are named, one of them, alone or with a group."""
    policy, named = classroom.policy(), set(classroom.ids(students or []))
    for lesson in lessons:
        handed = hand_ins(policy, set(classroom.students(lesson)))
        if named & set(handed) if students else handed:
            yield lesson
