"""Grade a class from the command line: what is left to do, a line a student as it is done, a table, a file of marks.

Every result is in the ledger before the next is heard of. The same command, given again, goes on where it was.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from vgcourse.course.lesson import Lesson
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.class_table import NOT_YET_GRADED, Standing, standings, write_csv
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.ledger import Ledger
from vgcourse.grading.class_run.pool import Pool
from vgcourse.grading.class_run.terminal_table import row, summary, table
from vgcourse.grading.intake.archives import collect
from vgcourse.grading.kept_files import only_one


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
    """Grade who is not graded yet, print the table, write ``csv``; return everybody's results, by student.

    ``students``: only these; ``jobs``: worker processes (one a processor); ``regrade``: also who is graded already;
    ``scheduler``: the address of a dask cluster to grade on; ``download``: sort this download of Canvas or Moodle
    into the course first. After Ctrl-C table and file hold what is there. Raises CourseError, before anybody is
    graded, where nobody handed in and where ``csv`` cannot be written.
    """
    with only_one(classroom.keep):
        remarks = _collect(classroom, lesson, download) if download else {}
        wanted = _who(classroom, lesson, students)
        _refuse_unwritable(csv)
        classroom.prepare(lesson)
        ledger = Ledger.of(classroom)
        todo = _to_do(classroom, lesson, wanted, regrade)
        try:
            _run(classroom, lesson, ledger, todo, jobs or os.cpu_count() or 1, scheduler, remarks)
        finally:
            results = standing(classroom, lesson, wanted)
            if results:
                print("\n".join(["", table(results), "", summary(results, len(wanted))]))
                _write_marks(results, csv)
    return results


def standing(classroom: Classroom, lesson: Lesson, students: list[str]) -> list[Standing]:
    """Where each of these stands who has been graded, or could not be."""
    known = {one.student: one for one in standings(classroom, lesson)}
    return [known[s] for s in students if s in known and known[s].reason != NOT_YET_GRADED]


def _who(classroom: Classroom, lesson: Lesson, students: list[str] | None) -> list[str]:
    known = classroom.students(lesson)
    if not known:
        where = _from_here(classroom.folder("submitted", lesson, "STUDENT"))
        raise CourseError(f"Nobody handed in {lesson.id}: there is no folder {where}.")
    wanted = list(dict.fromkeys(students or known))
    if strangers := sorted(set(wanted) - set(known)):
        raise CourseError(f"No submission of {lesson.id} from {', '.join(strangers)}.")
    return wanted


def _to_do(classroom: Classroom, lesson: Lesson, wanted: list[str], regrade: bool) -> list[str]:
    """Who is to be graded now; says how many are settled already."""
    settled = {one.student for one in standings(classroom, lesson) if one.settled}
    todo = [student for student in wanted if regrade or student not in settled]
    if done := len(wanted) - len(todo):
        print(f"{lesson.id}: {done} of {len(wanted)} are graded and unchanged (--regrade grades them too)")
    return todo


def _run(
    classroom: Classroom,
    lesson: Lesson,
    ledger: Ledger,
    todo: list[str],
    jobs: int,
    scheduler: str | None,
    remarks: dict[str, tuple[str, ...]],
) -> None:
    """Grade, and write each result down before anything else is done with it."""
    if not todo:
        return
    bar = tqdm(total=len(todo), unit="student", desc=lesson.id, dynamic_ncols=True)
    wide, loud = max(map(len, todo)), None
    with bar, _workers(classroom, min(jobs, len(todo)), scheduler) as workers:
        for result in workers.grade(lesson, todo):
            if workers.notice and workers.notice != loud:
                loud = workers.notice
                tqdm.write(f"! {loud}", file=sys.stderr)
            result = replace(result, notes=(*remarks.get(result.student, ()), *result.notes))
            ledger.append(result)
            tqdm.write(row(result, wide))
            bar.update()


def _workers(classroom: Classroom, jobs: int, scheduler: str | None):
    if scheduler is None:
        return Pool(classroom, jobs)
    from vgcourse.grading.class_run.cluster import Cluster

    return Cluster(classroom, scheduler)


def _collect(classroom: Classroom, lesson: Lesson, download: Path) -> dict[str, tuple[str, ...]]:
    """Sort a download into the submissions; returns what is to be said of each student's."""
    handed, notes = collect(download, classroom.submitted, lesson.id)
    for note in notes:
        print(f"! {note}")
    print(f"{download.name}: {len(handed)} submissions of {lesson.id}")
    late = ("it was handed in late",)
    return {one.student: (*one.notes, *(late if one.late else ())) for one in handed}


def _refuse_unwritable(csv: Path) -> None:
    """Better now than after an hour of grading."""
    try:
        csv.open("a").close()
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


def handed_in(classroom: Classroom, lessons: list[Lesson]) -> Iterator[Lesson]:
    """The lessons that somebody has handed in."""
    return (lesson for lesson in lessons if classroom.students(lesson))
