"""Canvas: the gradebook's CSV, one column an assignment, named ``Title (id)`` once Canvas knows it.

Canvas finds students by ``ID`` and ignores columns it does not know. Only the columns that say who somebody is
are kept of a roster: an older mark in another column would overwrite a newer one. An empty cell wipes the mark that
Canvas has: who has no mark has no row, and where only one of several lessons lacks one, the roster's own mark stays.
"""

import re
from pathlib import Path

from vgcourse.errors import CourseError
from vgcourse.grading.class_run.class_table import Standing
from vgcourse.grading.export.table import (
    Finder,
    Marks,
    Table,
    defused,
    number,
    plain,
    platform_ids,
    read_table,
    refuse_mangled,
    refuse_strangers,
    replaced,
)
from vgcourse.grading.names import in_table, shown

WHO = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
IDENTITY = {*WHO, "Integration ID", "Root Account"}
KEYS = ("SIS Login ID", "SIS User ID", "ID", "Integration ID", "Student")  # by which somebody may be known
POSSIBLE = "Points Possible"


def canvas_table(marks: Marks, roster: Path | None, column: str) -> tuple[Table, list[str]]:
    """Rows for Canvas's *Import*, and what there is to say about them."""
    return _from_roster(marks, read_table(roster), roster, column) if roster else (_from_class(marks, column), [])


def _from_class(marks: Marks, column: str) -> Table:
    """Without a roster: names, logins and ids as nbgrader's gradebook has them."""
    people = {s.student: s for found in marks.values() for s in found if s.score is not None}
    scores = {(id, s.student): s.score for id, found in marks.items() for s in found}
    _refuse_gaps(people, scores, marks)
    rows = [
        [defused(f"{s.last_name}, {s.first_name}".strip(", ") or s.student), _id(s), "", in_table(s.student), "",
         *(number(scores.get((id, s.student))) for id in marks)]
        for s in people.values()
    ]  # fmt: skip
    names = [column] if column and len(marks) == 1 else list(marks)
    return [[*WHO, *names], _possible(WHO, marks), *rows]


def _id(standing: Standing) -> str:
    return standing.lms_id or next(iter(platform_ids(standing)), "")


def _refuse_gaps(people: dict[str, Standing], scores: dict[tuple[str, str], float | None], marks: Marks) -> None:
    """Without the roster nobody knows what Canvas has where there is no mark here."""
    gaps = [student for student in people if any(scores.get((id, student)) is None for id in marks)]
    if gaps:
        raise CourseError(
            f"{', '.join(map(shown, gaps[:20]))}: marks in some of these lessons only, and Canvas takes an empty "
            "cell for the wish to delete what is there. Export one lesson at a time, or give the file with --roster."
        )


def _possible(who: list[str], marks: Marks) -> list[str]:
    most = [number(found[0].max_score) if found else "" for found in marks.values()]
    return [f"    {POSSIBLE}", *[""] * (len(who) - 1), *most]


def _from_roster(marks: Marks, rows: Table, path: Path, column: str) -> tuple[Table, list[str]]:
    head = [name.strip() for name in rows[0]]
    if "Student" not in head or "ID" not in head:
        raise CourseError(f"{path} is no gradebook of Canvas: its first line has no columns Student and ID.")
    kept = [i for i, name in enumerate(head) if name in IDENTITY]
    names, lines = _columns(marks, head, column), []
    table = [[head[i] for i in kept] + list(names.values())]
    table.append(_possible([head[i] for i in kept], marks))
    seen: set[str] = set()
    people = [own for row in rows[1:] if (own := _own(head, row))["ID"].strip()]  # others are lines about the columns
    refuse_mangled((own["ID"] for own in people), path.name)
    keys = [([own.get(k, "") for k in KEYS], own["ID"]) for own in people]
    matched = {id: Finder(found).match(keys) for id, found in marks.items()}
    changes = []
    for at, own in enumerate(people):
        found = {id: theirs[at] for id, theirs in matched.items()}
        seen |= {s.student for s in found.values() if s}
        if not any(s and s.score is not None for s in found.values()):
            continue
        cells = [defused(own[name]) if name == "Student" else own[name] for name in (head[i] for i in kept)]
        there = {id: own.get(names[id], "") for id in found}
        table.append(cells + [_cell(s, there[id]) for id, s in found.items()])
        changes += [(s.student, there[id], number(s.score)) for id, s in found.items() if s]
    lines += refuse_strangers([s for found in marks.values() for s in found], seen, path.name)
    lines += replaced(changes, "Canvas")
    return table, lines + _new_columns(names, head, path) + _other_points(marks, rows, head, names)


def _own(head: list[str], row: list[str]) -> dict[str, str]:
    return dict(zip(head, row + [""] * (len(head) - len(row)), strict=False))


def _new_columns(names: dict[str, str], head: list[str], path: Path) -> list[str]:
    """A line for each lesson that the roster has no column for: Canvas makes a new assignment of such a column."""
    return [
        f"{path.name} has no column for {name}: Canvas will offer to make a new assignment of it. Where there is one "
        "by another title, say it with --column."
        for name in names.values() if name not in head
    ]  # fmt: skip


def _cell(standing: Standing | None, there: str) -> str:
    """The mark; without one what Canvas has already."""
    return there if standing is None or standing.score is None else number(standing.score)


def _columns(marks: Marks, head: list[str], column: str) -> dict[str, str]:
    """Lesson → the roster's column for it, or the lesson's id where Canvas has none yet."""
    return {id: _column(id, head, column if len(marks) == 1 else "") for id in marks}


def _column(id: str, head: list[str], column: str) -> str:
    """The column that is named as wished, else the one whose title tells of the lesson."""
    assignments = {name: re.sub(r"\s*\(\d+\)$", "", name) for name in head if name not in IDENTITY}
    if column:
        found = [name for name, title in assignments.items() if column in (name, title)]
        if not found:
            raise CourseError(f"The roster has no column {column!r}. It has {', '.join(assignments) or 'none'}.")
        return found[0]
    number_, _, word = id.partition("_")
    told = {plain(text) for text in (id, word, f"lesson {int(number_)}", f"lesson {number_}",
                                f"lesson {int(number_)} {word}", f"{int(number_)} {word}")}  # fmt: skip
    found = [
        name for name, title in assignments.items() if plain(title) in told or plain(title).startswith(plain(id))
    ]
    if len(found) > 1:
        raise CourseError(f"Which column is {id}: {' or '.join(found)}? Say it with --column.")
    return found[0] if found else id


def _other_points(marks: Marks, rows: Table, head: list[str], names: dict[str, str]) -> list[str]:
    """A line where Canvas counts an assignment with other points than the lesson has."""
    possible = next((row for row in rows[1:4] if POSSIBLE in row[0]), [])
    lines = []
    for id, name in names.items():
        at = head.index(name) if name in head else len(possible)
        told = possible[at].strip().replace(",", ".") if at < len(possible) else ""
        most = marks[id][0].max_score if marks[id] else None
        if re.fullmatch(r"\d+(\.\d+)?", told) and most is not None and float(told) != most:
            lines.append(f"Canvas counts {name} with {told} points, the lesson has {number(most)}.")
    return lines
