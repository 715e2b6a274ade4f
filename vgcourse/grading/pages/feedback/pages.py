"""Write the feedback pages of a class, one student at a time: what goes wrong with one stops nobody else."""

from pathlib import Path

from vgcourse.course.lesson import Lesson
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.class_table import Standing, standings
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.terminal_table import stale_line
from vgcourse.grading.kept_files import DiskFault
from vgcourse.grading.names import shown
from vgcourse.grading.notebook.run_notes import holds_outputs, was_run


def write_pages(
    classroom: Classroom, lesson: Lesson, students: list[str] | None = None
) -> tuple[list[Path], list[str], list[str]]:
    """The pages of ``students`` (of everybody with a mark, where none are named), a line for each that is not
    written, and lines about those that are.

    The page of a mark that no longer holds is taken away. Raises CourseError for a student whom nobody knows, and
    where nobody has been graded.
    """
    known = {standing.student: standing for standing in standings(classroom, lesson)}
    students = classroom.ids(students or [])
    if strangers := sorted(set(students) - set(known)):
        raise CourseError(f"No submission of {lesson.id} from {', '.join(map(shown, strangers))}.")
    gone = {id for id, one in known.items() if one.reason and classroom.drop_page(lesson, id)}
    wanted = list(dict.fromkeys(students or [name for name, s in known.items() if s.score is not None]))
    if not wanted:
        raise CourseError(f"Nobody has a mark in {lesson.id} yet: grade it first, with `vgcourse grade {lesson.id}`.")
    written, problems = [], [_no_page(known[id], id in gone) for id in sorted(gone | {*wanted}) if known[id].reason]
    for student in wanted:
        try:
            if not known[student].reason:
                _refuse_half_done(classroom.graded(lesson, student))
                written.append(classroom.feedback(lesson, student))
        except DiskFault:
            raise  # the same would stand in everybody's line
        except CourseError as error:
            problems.append(f"{shown(student)}: {error}")
    return written, problems, list(filter(None, [stale_line([known[id] for id in wanted])]))


def _refuse_half_done(graded: Path) -> None:
    """Raise CourseError where a run was killed while it graded this again: the sentences of the checks are gone."""
    if not was_run(graded) and not holds_outputs(graded):
        raise CourseError(
            "its page is not written, for a run was stopped while it was graded again: grade it once more."
        )


def _no_page(one: Standing, older: bool) -> str:
    gone = "; that of an older mark is taken away" if older else ""
    return f"{shown(one.called)}: no page, because {one.reason}{gone}."
