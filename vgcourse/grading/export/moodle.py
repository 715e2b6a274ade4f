"""Moodle: its offline grading worksheet filled in, or a table for *Grades → Import → CSV file*.

A worksheet finds students by its first column, ``Participant 81234`` in the site's language; the same number stands
in the names of the folders of *Download all submissions*. The import maps ``Email address``; there a column of
feedback must come with the grades, or Moodle drops them. Who has no mark has no row, for an empty cell wipes a mark.
"""

import html
from pathlib import Path

from vgcourse.course.checks import registry
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.class_table import Standing
from vgcourse.grading.export.moodle_columns import Columns, find_columns, number_of
from vgcourse.grading.export.table import (
    Finder,
    Marks,
    Table,
    defused,
    number,
    read_table,
    refuse_mangled,
    refuse_strangers,
    replaced,
)
from vgcourse.grading.names import in_table, shown
from vgcourse.grading.pages.feedback.summary import capital

COMMENTS = "Feedback comments"


def moodle_table(marks: Marks, roster: Path | None, column: str) -> tuple[Table, list[str]]:
    """Rows for Moodle, and what there is to say about them."""
    if roster is None:
        return _for_import(marks, column)
    if len(marks) != 1:
        raise CourseError("A grading worksheet of Moodle holds one assignment: export the lessons one by one.")
    return _worksheet(next(iter(marks.values())), read_table(roster), roster, column)


def _for_import(marks: Marks, column: str) -> tuple[Table, list[str]]:
    by_lesson = {id: {s.student: s for s in found if s.score is not None} for id, found in marks.items()}
    people = {s.student: s for found in by_lesson.values() for s in found.values()}
    names = [column] if column and len(marks) == 1 else list(marks)
    head = ["Email address", "Username", *(cell for name in names for cell in (name, f"{name} {COMMENTS}"))]
    rows = []
    for student, person in people.items():
        found = [lesson.get(student) for lesson in by_lesson.values()]
        cells = [cell for s in found for cell in (number(s.score) if s else "", comments(s))]
        rows.append([defused(person.email), in_table(student), *cells])
    lost = [student for student, person in people.items() if not person.email]
    return [head, *rows], [
        f"Without an email address, to be mapped by Username: {', '.join(map(shown, lost))}."
    ] if lost else []


def _worksheet(found: list[Standing], rows: Table, path: Path, column: str) -> tuple[Table, list[str]]:
    at = find_columns(rows, column)
    if at is None:
        raise CourseError(
            f"{path} is no grading worksheet of Moodle: it begins with an identifier, as in 'Participant 81234', and "
            f"has a column {column or 'Grade'}. Turn on 'Offline grading worksheet' in the assignment, download it."
        )
    people = [row + [""] * (len(rows[0]) - len(row)) for row in rows[1:]]
    refuse_mangled((cells[at.identifier] for cells in people), path.name)
    matched = Finder(found).match([(_keys(cells, at), number_of(cells[at.identifier])) for cells in people])
    there = [(cells, s) for cells, s in zip(people, matched, strict=True) if s and s.score is not None]
    table = [rows[0], *(_filled(cells, at, standing) for cells, standing in there)]
    seen = {standing.student for standing in matched if standing}
    changes = [(standing.student, cells[at.grade], number(standing.score)) for cells, standing in there]
    said = refuse_strangers(found, seen, path.name)
    said += replaced(changes, "Moodle")
    return table, [*said, *_without_comments(at, found), *_other_points(found, rows, at)]


def _keys(cells: list[str], at: Columns) -> list[str]:
    return [cells[i] for i in (at.email, at.username, at.number, at.name) if i is not None]


def _filled(cells: list[str], at: Columns, standing: Standing) -> list[str]:
    """The row with mark and comments; Moodle goes by the identifier, the name may be defused."""
    filled = list(cells)
    filled[at.grade] = number(standing.score)
    if at.comments is not None:
        filled[at.comments] = comments(standing)
    if at.name is not None:
        filled[at.name] = defused(filled[at.name])
    return filled


def comments(standing: Standing | None) -> str:
    """The sentences of the missed checks, as the HTML that Moodle takes a comment for; empty without a mark."""
    if standing is None or standing.score is None or standing.result is None:
        return ""
    said = [f"{_title(v.exercise)}: {v.message}" for v in standing.result.verdicts if not v.passed]
    return defused("<br>".join(html.escape(line, quote=False) for line in said))


def _title(exercise: str) -> str:
    return capital(registry.find(exercise).title)


def _without_comments(at: Columns, found: list[Standing]) -> list[str]:
    if at.comments is not None or not any(comments(s) for s in found):
        return []
    return ["The worksheet has no column for comments: turn on 'Feedback comments' to send the sentences along."]


def _other_points(found: list[Standing], rows: Table, at: Columns) -> list[str]:
    """A line where Moodle counts the assignment with other points than the lesson has."""
    if at.most is None or len(rows) < 2 or not found:
        return []
    told = rows[1][at.most].strip().replace(",", ".")
    try:
        same = float(told) == found[0].max_score
    except ValueError:
        return []
    most = number(found[0].max_score)
    return [] if same else [f"Moodle counts this assignment with {told} points, the lesson has {most}."]
