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
    """Grade, print the table, write ``csv`` and the feedback pages. Raises CourseError where nobody handed in."""
    known = classroom.students(lesson)
    wanted = students or known
    if not known:
        where = classroom.folder("submitted", lesson, "STUDENT").relative_to(classroom.root)
        raise CourseError(f"Nobody handed in {lesson.id}: there is no folder {where}.")
    if strangers := sorted(set(wanted) - set(known)):
        raise CourseError(f"No submission of {lesson.id} from {', '.join(strangers)}.")
    results = []
    with tqdm(classroom.grade_all(lesson, wanted), total=len(wanted), unit="student", desc=lesson.id) as bar:
        for result in bar:
            results.append(result)
            if feedback and not result.reason:
                classroom.feedback(lesson, result.student)
    write_csv(results, csv)
    print(table(results))
    print(f"\nMarks: {os.path.relpath(csv)}")
    if feedback:
        print(f"Feedback: {Path(classroom.directory.feedback_directory) / 'STUDENT' / lesson.id}")
    return results


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
