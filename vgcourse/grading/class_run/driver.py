"""Grade a class from the command line: what is left to do, a line a student as it is done, a table, a file of marks.

Every result is in the ledger before the next is heard of. The same command, given again, goes on where it was.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from vgcourse.course.lesson import Lesson
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.classroom import Classroom, write_csv
from vgcourse.grading.class_run.ledger import Ledger
from vgcourse.grading.class_run.pool import Pool
from vgcourse.grading.class_run.result import NOT_GRADED, Result
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
) -> list[Result]:
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
        todo = _to_do(classroom, lesson, ledger, wanted, regrade)
        try:
            _run(classroom, lesson, ledger, todo, jobs or os.cpu_count() or 1, scheduler, remarks)
        finally:
            results = standing(classroom, lesson, ledger, wanted)
            if results:
                print("\n".join(["", table(results), "", summary(results, len(wanted))]))
                _write_marks(results, csv)
    return results


def standing(classroom: Classroom, lesson: Lesson, ledger: Ledger, students: list[str]) -> list[Result]:
    """Everybody's last result, with the points that the gradebook holds now."""
    known, marks = ledger.results(lesson.id), classroom.marks(lesson)
    return [classroom.current(lesson, known[student], marks) for student in students if student in known]


def _who(classroom: Classroom, lesson: Lesson, students: list[str] | None) -> list[str]:
    known = classroom.students(lesson)
    if not known:
        where = _from_here(classroom.folder("submitted", lesson, "STUDENT"))
        raise CourseError(f"Nobody handed in {lesson.id}: there is no folder {where}.")
    wanted = list(dict.fromkeys(students or known))
    if strangers := sorted(set(wanted) - set(known)):
        raise CourseError(f"No submission of {lesson.id} from {', '.join(strangers)}.")
    return wanted


def _to_do(classroom: Classroom, lesson: Lesson, ledger: Ledger, wanted: list[str], regrade: bool) -> list[str]:
    """Who is to be graded now; says how many are settled already."""
    known, marks = ledger.results(lesson.id), classroom.marks(lesson)
    todo = [s for s in wanted if regrade or not classroom.is_settled(lesson, known.get(s), marks)]
    if settled := len(wanted) - len(todo):
        print(f"{lesson.id}: {settled} of {len(wanted)} are graded and unchanged (--regrade grades them too)")
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
            tqdm.write(_row(result, wide))
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


def _write_marks(results: list[Result], csv: Path) -> None:
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


def table(results: list[Result]) -> str:
    """One row a student: name, points, status, and the misconceptions shown or the reason for no mark."""
    wide = max(len("student"), *(len(r.student) for r in results))
    head = f"{'student':<{wide}}  {'points':>10}  {'status':<13}  what it shows"
    return "\n".join([head, *(_row(result, wide) for result in results)])


def summary(results: list[Result], handed_in: int) -> str:
    """How many are graded, wait for a person, could not be graded, or have signs to look at."""
    counts = Counter(result.status for result in results)
    parts = [f"{number} {status}" for status, number in counts.items()]
    if missing := handed_in - len(results):
        parts.append(f"{missing} still to do: give the same command again")
    lines = [f"{handed_in} handed in: {', '.join(parts)}."]
    lines += [f"! {r.student}: {'; '.join(r.signs)}" for r in results if r.signs]
    mended = {r.student: [note for note in r.notes if note not in r.signs] for r in results}
    lines += [f"· {student}: {'; '.join(notes)}" for student, notes in mended.items() if notes]
    return "\n".join(lines)


def _row(result: Result, wide: int) -> str:
    points = "–" if result.score is None else f"{result.score:g}"
    line = f"{result.student:<{wide}}  {points:>4} of {result.max_score:<3g}  {result.status:<13}  {_shows(result)}"
    return line.rstrip()


def _shows(result: Result) -> str:
    if result.status == NOT_GRADED:
        return f"because {result.reason}"
    missed = [f"{v.exercise}: {v.key}" for v in result.verdicts if not v.passed]
    if not missed:
        return "all checks passed"
    keys = Counter(v.key for v in result.verdicts if not v.passed)
    if len(missed) > 3 and len(keys) == 1:
        return f"{len(missed)} × {next(iter(keys))}"
    return ", ".join(missed[:3]) + (f" and {len(missed) - 3} more" if len(missed) > 3 else "")


def handed_in(classroom: Classroom, lessons: list[Lesson]) -> Iterator[Lesson]:
    """The lessons that somebody has handed in."""
    return (lesson for lesson in lessons if classroom.students(lesson))
