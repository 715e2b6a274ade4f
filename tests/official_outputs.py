"""What each official output says of a class, read back from what it wrote: student → mark (None: there is none).

The outputs are those that somebody could copy a mark from: the table in the terminal, ``grades.csv``, the exports,
the report, the feedback pages, and nbgrader's own export.
"""

import csv
import re
from pathlib import Path

from nbgrader.plugins import CsvExportPlugin

from tests.graded_class import LESSON, GradedClass
from vgcourse.grading.class_run.class_table import Standing, standings, write_csv
from vgcourse.grading.class_run.terminal_table import table
from vgcourse.grading.export import export_marks
from vgcourse.grading.pages.feedback.pages import write_pages
from vgcourse.grading.pages.report import write_report

Told = dict[str, dict[str, float | None]]
_ROW = re.compile(r'<div class="student"[^>]*><div class="who">(?:<[^>]*>)*([^<]*)(?:<[^>]*>)*</div>'
                  r'<div class="number">([^<]*)</div><div>([^<]*)</div>')  # fmt: skip


def told(made: GradedClass, ids: dict[str, str], folder: Path) -> tuple[Told, Told]:
    """Output → student → mark, and output → student → status. ``ids``: student → the platform's number."""
    room, lesson = made.classroom, made.lesson
    pages = write_pages(room, lesson)[0]
    class_ = standings(room, lesson)
    write_csv(class_, folder / "grades.csv")
    export_marks(room, [lesson], "csv", folder / "plain.csv", partial=True)
    marks, statuses = {"standings": {one.called: one.score for one in class_}}, {}
    for name in ("grades.csv", "plain.csv"):
        rows = {row["student"].removeprefix("'"): row for row in _rows(folder / name)}
        marks[name] = {who: _mark(row["score"]) for who, row in rows.items()}
        statuses[name] = {who: row["status"] for who, row in rows.items()}
    marks["table"], statuses["table"] = _table(class_)
    marks["report"], statuses["report"] = _report(made, class_, folder)
    marks["canvas"] = _canvas(made, ids, folder)
    marks["moodle"] = _moodle(made, ids, folder)
    marks["feedback"] = {path.parent.parent.name: _of_page(path) for path in pages}
    marks["feedback that is there"] = {
        path.parent.parent.name: _of_page(path)
        for path in room.folder("feedback", lesson, "X").parent.parent.glob(f"*/{LESSON}/*.html")
    }
    marks["nbgrader"] = _nbgraders(made, folder)
    twins = {one.student: one.called for one in class_}
    return {out: {twins.get(who, who): mark for who, mark in by.items()} for out, by in marks.items()}, statuses


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _mark(text: str) -> float | None:
    return float(text) if text not in ("", "–") else None


def _table(class_: list[Standing]) -> tuple[dict, dict]:
    """Each row by itself: long ones are broken over several lines."""
    marks, statuses = {}, {}
    for one in class_:
        line = re.sub(r"\s+", " ", " ".join(table([one]).splitlines()[1:]))
        found = re.match(re.escape(one.called) + r" (\S+) of .*?(not graded|needs reading|stale|graded)", line)
        marks[one.called], statuses[one.called] = _mark(found[1]), found[2]
    return marks, statuses


def _report(made: GradedClass, class_: list[Standing], folder: Path) -> tuple[dict, dict]:
    text = write_report(made.classroom, made.lesson, folder / "report.html").read_text(encoding="utf-8")
    called = {one.name: one.called for one in class_}
    rows = [(called[who], points.split(" of ")[0], status) for who, points, status in _ROW.findall(text)]
    assert len(rows) == len(class_)
    for one in class_:
        dot = f"{one.name}: {one.score:g} of {one.max_score:g}" if one.score is not None else f"{one.name}: –"
        assert (dot in text) == (one.score is not None)
    return {who: _mark(mark) for who, mark, _ in rows}, {who: status for who, _, status in rows}


def _canvas(made: GradedClass, ids: dict[str, str], folder: Path) -> dict[str, float | None]:
    roster, out = folder / "canvas.csv", folder / "canvas_out.csv"
    rows = "".join(f'"{who}",{id},{LESSON} (7)\n'.replace(f"{LESSON} (7)", "3") for who, id in ids.items())
    roster.write_text(f"Student,ID,{LESSON} (7)\n    Points Possible,,12\n{rows}", encoding="utf-8")
    export_marks(made.classroom, [made.lesson], "canvas", out, roster=roster, partial=True)
    by_id = {row["ID"]: _mark(row[f"{LESSON} (7)"]) for row in _rows(out) if row["ID"]}
    return {who: by_id.get(id) for who, id in ids.items()}


def _moodle(made: GradedClass, ids: dict[str, str], folder: Path) -> dict[str, float | None]:
    roster, out = folder / "moodle.csv", folder / "moodle_out.csv"
    rows = "".join(f"Participant {id},-,,12.00,\n" for id in ids.values())
    roster.write_text(f"Identifier,Full name,Grade,Maximum grade,Feedback comments\n{rows}", encoding="utf-8")
    export_marks(made.classroom, [made.lesson], "moodle", out, roster=roster, partial=True)
    by_id = {row["Identifier"].split()[-1]: _mark(row["Grade"]) for row in _rows(out)}
    return {who: by_id.get(id) for who, id in ids.items()}


def _of_page(path: Path) -> float:
    return float(path.read_text(encoding="utf-8").split('<div class="total"><p><strong>')[1].split("<")[0])


def _nbgraders(made: GradedClass, folder: Path) -> dict[str, float | None]:
    """nbgrader's own file knows no missing mark: whoever has none stands in it with 0, or with what a person gave."""
    with made.book() as book:
        plugin = CsvExportPlugin()
        plugin.to, plugin.assignment = str(folder / "nbgrader.csv"), [LESSON]
        plugin.export(book)
    return {row["student_id"]: round(float(row["score"]), 2) for row in _rows(folder / "nbgrader.csv")}
