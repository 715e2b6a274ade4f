"""Marks for a learning-management system: files as Canvas and Moodle import them, or one plain table.

The marks are those of nbgrader's gradebook, manual ones included. Where there is no mark the cell stays empty,
never 0, and a line says who and why.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from vgcourse.course.lesson import Lesson, find_lesson, lessons
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.class_table import NOT_HANDED_IN, Standing, standings
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.terminal_table import stale_line, untimed_line
from vgcourse.grading.export.canvas import canvas_table
from vgcourse.grading.export.moodle import moodle_table
from vgcourse.grading.export.table import Marks, Table, number
from vgcourse.grading.kept_files import write_whole
from vgcourse.grading.names import in_table, shown

__all__ = ["chosen_lessons", "export_marks", "notes", "plain_table"]

TABLES: dict[str, Callable[[Marks, Path | None, str], tuple[Table, list[str]]]] = {
    "canvas": canvas_table,
    "moodle": moodle_table,
}


def export_marks(
    classroom: Classroom,
    chosen: list[Lesson],
    kind: str,
    out: Path,
    *,
    roster: Path | None = None,
    column: str = "",
    partial: bool = False,
) -> list[str]:
    """Write the marks of ``chosen`` to ``out`` and return the lines that tell who has none, and why.

    ``kind``: ``"canvas"``, ``"moodle"`` or ``"csv"``; ``roster``: the file downloaded from there, whose students
    and ids are kept; ``column``: the name of the assignment's column in it; ``partial``: also the marks of those
    whose written answers nobody has read yet. Raises CourseError where a file cannot be read or written.
    """
    marks = {
        lesson.id: [replace(one, student=one.called) for one in standings(classroom, lesson)] for lesson in chosen
    }
    lines = [line for found in marks.values() for line in notes(found, partial)]
    told = {id: [_hide_unread(s, partial) for s in found] for id, found in marks.items()}
    if kind == "csv":
        rows, more = plain_table(told), []
    else:
        rows, more = TABLES[kind](told, roster, column)
    _write(rows, out)
    return lines + more


def chosen_lessons(classroom: Classroom, names: list[str], everything: bool) -> list[Lesson]:
    """The lessons named, or all that the gradebook knows; raises CourseError for none and for an unknown one."""
    if not everything:
        chosen = [find_lesson(classroom.root, name) for name in dict.fromkeys(names)]
        if not chosen:
            raise CourseError("Which lesson? Name one or more, or say --all.")
        return chosen
    with classroom.gradebook() as book:
        known = {assignment.name for assignment in book.assignments}
    graded = [lesson for lesson in lessons(classroom.root) if lesson.id in known]
    if not graded:
        raise CourseError("The gradebook knows no lesson yet: grade one first, with `vgcourse grade LESSON`.")
    return graded


def plain_table(marks: Marks) -> Table:
    """One row a student and lesson."""
    head = ["student", "first_name", "last_name", "email", "lesson", "score", "max_score", "status", "reason"]
    rows = [
        [*map(in_table, (s.student, s.first_name, s.last_name, s.email)), id, number(s.score), number(s.max_score),
         s.status, in_table(s.reason)]
        for id, found in marks.items() for s in found
    ]  # fmt: skip
    return [head, *rows]


def notes(found: list[Standing], partial: bool = False) -> list[str]:
    """A line for everybody without a mark in the file; who handed in nothing, or has a stale mark, shares one."""
    refused = [s for s in found if s.reason not in ("", NOT_HANDED_IN)]
    lines = [f"{shown(s.student)}: no mark in {s.lesson}, because {s.reason}." for s in refused]
    unread = [] if partial else [s for s in found if s.waiting]
    lines += [
        f"{shown(s.student)}: no mark in {s.lesson} yet, because nobody has read {', '.join(s.waiting)}."
        for s in unread
    ]
    lines += filter(None, [stale_line(found), untimed_line(found)])
    if absent := [s.student for s in found if s.reason == NOT_HANDED_IN]:
        lines.append(f"{', '.join(map(shown, absent))}: no mark in {found[0].lesson}, because {NOT_HANDED_IN}.")
    return lines


def _hide_unread(standing: Standing, partial: bool) -> Standing:
    """A mark that will still change is none; with ``partial`` it is."""
    return standing if partial or not standing.waiting else replace(standing, score=None)


def _write(rows: Table, out: Path) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    try:
        write_whole(out, text.getvalue())
    except OSError as error:
        raise CourseError(f"The marks cannot be written to {out}: {error.strerror}.") from error
