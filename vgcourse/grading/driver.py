"""Grade a class from the command line: a progress bar, a table, a file of marks, a page for each student."""

import os
from collections import Counter
from pathlib import Path

from tqdm import tqdm

from vgcourse.errors import CourseError
from vgcourse.grading.classroom import Classroom, Result, write_csv
from vgcourse.grading.course import Lesson


def grade_class(
    classroom: Classroom,
    lesson: Lesson,
    *,
    students: list[str] | None = None,
    csv: Path,
    feedback: bool = True,
) -> list[Result]:
    """Grade, print the table, write ``csv`` and the feedback pages; after Ctrl-C, for those who were graded.

    Raises CourseError, before anybody is graded, where nobody handed in and where ``csv`` cannot be written.
    """
    known = classroom.students(lesson)
    wanted = list(dict.fromkeys(students or known))
    if not known:
        where = _from_here(classroom.folder("submitted", lesson, "STUDENT"))
        raise CourseError(f"Nobody handed in {lesson.id}: there is no folder {where}.")
    if strangers := sorted(set(wanted) - set(known)):
        raise CourseError(f"No submission of {lesson.id} from {', '.join(strangers)}.")
    _refuse_unwritable(csv)
    results: list[Result] = []
    without_page: list[str] = []
    try:
        with tqdm(classroom.grade_all(lesson, wanted), total=len(wanted), unit="student", desc=lesson.id) as bar:
            for result in bar:
                results.append(result)
                if feedback and not result.reason:
                    without_page += _write_page(classroom, lesson, result.student)
    finally:
        if results:
            print("\n".join([table(results), *without_page]))
            _write_marks(results, csv)
    if feedback:
        print(f"Feedback: {Path(classroom.directory.feedback_directory) / 'STUDENT' / lesson.id}")
    return results


def _write_page(classroom: Classroom, lesson: Lesson, student: str) -> list[str]:
    """Write a student's feedback; what went wrong is returned, so that the class goes on."""
    try:
        classroom.feedback(lesson, student)
    except CourseError as error:
        return [str(error)]
    return []


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
    print(f"\nMarks: {_from_here(csv)}")


def _from_here(path: Path) -> str:
    """The path as seen from here; on another drive of Windows, as it is."""
    try:
        return os.path.relpath(path)
    except ValueError:
        return str(path)


def table(results: list[Result]) -> str:
    """One row a student: name, points, status, and the misconceptions shown or the reason for no mark."""
    wide = max(len("student"), *(len(r.student) for r in results))
    rows = [f"{'student':<{wide}}  {'points':>9}  {'status':<13}  what it shows"]
    for r in results:
        points = "–" if r.score is None else f"{r.score:g}"
        rows.append(f"{r.student:<{wide}}  {points:>4} of {r.max_score:<2g}  {r.status:<13}  {_shows(r)}")
    return "\n".join(rows)


def _shows(result: Result) -> str:
    if result.reason:
        return f"because {result.reason}"
    missed = [f"{v.exercise}: {v.key}" for v in result.verdicts if not v.passed]
    if not missed:
        return "all checks passed"
    keys = Counter(v.key for v in result.verdicts if not v.passed)
    if len(missed) > 3 and len(keys) == 1:
        return f"{len(missed)} × {next(iter(keys))}"
    return ", ".join(missed[:3]) + (f" and {len(missed) - 3} more" if len(missed) > 3 else "")
