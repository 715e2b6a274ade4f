"""Write the feedback pages of a class, one student at a time: what goes wrong with one stops nobody else."""

from pathlib import Path

from vgcourse.course.lesson import Lesson
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.class_table import standings
from vgcourse.grading.class_run.classroom import Classroom


def write_pages(
    classroom: Classroom, lesson: Lesson, students: list[str] | None = None
) -> tuple[list[Path], list[str]]:
    """The pages written for ``students`` (everybody with a mark, where none are named), and a line for each failure.

    Raises CourseError for a student whom nobody knows, and where nobody has been graded.
    """
    known = {standing.student: standing for standing in standings(classroom, lesson)}
    if strangers := sorted(set(students or ()) - set(known)):
        raise CourseError(f"No submission of {lesson.id} from {', '.join(strangers)}.")
    wanted = list(dict.fromkeys(students or [name for name, s in known.items() if s.score is not None]))
    if not wanted:
        raise CourseError(f"Nobody has a mark in {lesson.id} yet: grade it first, with `vgcourse grade {lesson.id}`.")
    written, problems = [], []
    for student in wanted:
        if known[student].reason:
            problems.append(f"{student}: no page, because {known[student].reason}.")
            continue
        try:
            written.append(classroom.feedback(lesson, student))
        except CourseError as error:
            problems.append(f"{student}: {error}")
    return written, problems
