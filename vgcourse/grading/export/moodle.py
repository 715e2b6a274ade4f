"""Moodle: its offline grading worksheet filled in, or a table for *Grades → Import → CSV file*.

A worksheet finds students by ``Identifier``, which only Moodle knows: it needs the downloaded file. The import maps
``Email address``; there a column of feedback must come with the grades, or Moodle drops them.
"""

import html
from pathlib import Path

from vgcourse.course.checks import registry
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.class_table import Standing
from vgcourse.grading.export.table import Finder, Marks, Table, defused, missing, number, read_table
from vgcourse.grading.pages.feedback.summary import capital

GRADE, COMMENTS, MOST = "Grade", "Feedback comments", "Maximum Grade"
KEYS = ("Email address", "Username", "ID number", "Full name")


def moodle_table(marks: Marks, roster: Path | None, column: str) -> tuple[Table, list[str]]:
    """Rows for Moodle, and what there is to say about them."""
    if roster is None:
        return _for_import(marks, column)
    if len(marks) != 1:
        raise CourseError("A grading worksheet of Moodle holds one assignment: export the lessons one by one.")
    return _worksheet(next(iter(marks.values())), read_table(roster), roster, column or GRADE)


def _for_import(marks: Marks, column: str) -> tuple[Table, list[str]]:
    people = {s.student: s for found in marks.values() for s in found}
    by_lesson = {id: {s.student: s for s in found} for id, found in marks.items()}
    names = [column] if column and len(marks) == 1 else list(marks)
    head = ["Email address", "Username", *(cell for name in names for cell in (name, f"{name} {COMMENTS}"))]
    rows = []
    for student, person in people.items():
        found = [lesson.get(student) for lesson in by_lesson.values()]
        cells = [cell for s in found for cell in (number(s.score) if s else "", comments(s))]
        rows.append([defused(person.email), defused(student), *cells])
    lost = [student for student, person in people.items() if not person.email]
    return [head, *rows], [f"Without an email address, to be mapped by Username: {', '.join(lost)}."] if lost else []


def _worksheet(found: list[Standing], rows: Table, path: Path, column: str) -> tuple[Table, list[str]]:
    head = [name.strip() for name in rows[0]]
    if "Identifier" not in head or column not in head:
        raise CourseError(
            f"{path} is no grading worksheet of Moodle: its first line needs Identifier and {column}. "
            "Turn on 'Offline grading worksheet' in the assignment, then download it."
        )
    finder, seen, table = Finder(found), set(), [head]
    for row in rows[1:]:
        cells = dict(zip(head, row + [""] * (len(head) - len(row)), strict=False))
        standing = finder(cells.get(key, "") for key in KEYS)
        if standing:
            seen.add(standing.student)
            cells[column] = number(standing.score)
            cells |= {COMMENTS: comments(standing)} if COMMENTS in cells else {}
        if "Full name" in cells:  # Moodle goes by the Identifier
            cells["Full name"] = defused(cells["Full name"])
        table.append(list(cells.values()))
    return table, missing(found, seen, path.name) + _other_points(found, rows, head)


def comments(standing: Standing | None) -> str:
    """The sentences of the missed checks, as the HTML that Moodle takes a comment for; empty without a mark."""
    if standing is None or standing.score is None or standing.result is None:
        return ""
    said = [f"{_title(v.exercise)}: {v.message}" for v in standing.result.verdicts if not v.passed]
    return defused("<br>".join(html.escape(line, quote=False) for line in said))


def _title(exercise: str) -> str:
    return capital(registry.find(exercise).title)


def _other_points(found: list[Standing], rows: Table, head: list[str]) -> list[str]:
    """A line where Moodle counts the assignment with other points than the lesson has."""
    if MOST not in head or len(rows) < 2 or not found:
        return []
    told = rows[1][head.index(MOST)].strip().replace(",", ".")
    try:
        same = float(told) == found[0].max_score
    except ValueError:
        return []
    most = number(found[0].max_score)
    return [] if same else [f"Moodle counts this assignment with {told} points, the lesson has {most}."]
