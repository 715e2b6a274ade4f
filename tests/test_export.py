"""Export: files as Canvas and Moodle import them, with the gradebook's marks, and never a silent 0."""

import csv
import sqlite3
import sys

import pytest
from graded_class import LESSON, GradedClass, copy_course
from sqlalchemy.exc import OperationalError

from vgcourse.cli import main
from vgcourse.errors import CourseError
from vgcourse.grading.class_run.class_table import Standing
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.export import export_marks
from vgcourse.grading.export.canvas import canvas_table
from vgcourse.grading.export.moodle import moodle_table
from vgcourse.grading.export.table import Finder, defused, plain

CANVAS = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Lesson 1 (4711),Old quiz (4712),Final Score
    Points Possible,,,,,10,5,(read only)
"Lovelace, Ada",101,00017,ada@x.org,"Monday, 9",3,5,80
"Bear, Ben",102,,ben,Monday,,4,70
"=cmd()|A1, Cho",103,,cho,Monday,,,
"Doe, Dia",104,,dia,Monday,7,,
"Stranger, Sam",105,,sam,Monday,,,
"Student, Test",106,,7f3a,Monday,,,
"""
MOODLE = """Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Feedback comments"
"Participant 11","Ada Lovelace",Ada@x.org,Submitted,,10.00,Yes,"Monday, 4 May",
"Participant 12","Ben Bear",ben@x.org,Submitted,3.00,10.00,Yes,-,"old"
"Participant 13","=Cho",cho@x.org,Submitted,,10.00,Yes,-,
"""


@pytest.fixture(scope="module")
def graded(root, tmp_path_factory):
    """Ada has marks by hand, Ben misses a check, nobody has read Cho, Dia was refused, Eve is only in the book."""
    made = GradedClass(copy_course(root, tmp_path_factory.mktemp("course")))
    made.add("ada", "Words.", first_name="Ada", last_name="Lovelace", email="ada@x.org", lms_user_id="101")
    made.give("ada", 1.5)
    made.add("ben", wrong=("sigmoid",), email="ben@x.org", first_name="=Ben", last_name="Bear")
    made.add("cho", "Words.", email="cho@x.org")
    made.add("dia")
    made.refuse("dia", "the kernel stopped")  # a regrade that failed: its older mark is no mark
    with made.book() as book:
        book.update_or_create_student("eve")
    return made


def export(graded, tmp_path, kind, roster="", **settings):
    """The rows of the written file, and the lines that were said."""
    if roster:
        settings["roster"] = tmp_path / "roster.csv"
        settings["roster"].write_text(roster, encoding="utf-8")
    out = tmp_path / "out.csv"
    said = export_marks(graded.classroom, [graded.lesson], kind, out, **settings)
    return list(csv.DictReader(out.open(encoding="utf-8", newline=""))), said


def test_the_plain_table_has_a_row_for_everybody(graded, tmp_path):
    rows, _ = export(graded, tmp_path, "csv")
    by = {row["student"]: row for row in rows}
    assert set(by) == {"ada", "ben", "cho", "dia", "eve"}
    assert (by["ada"]["score"], by["ben"]["score"], by["ada"]["max_score"]) == ("11.5", "9", "12")
    assert by["dia"]["status"] == "not graded" and by["dia"]["reason"] == "the kernel stopped"


@pytest.mark.parametrize("kind", ["csv", "canvas", "moodle"])
def test_no_mark_is_empty_and_said_with_its_reason(graded, tmp_path, kind):
    rows, said = export(graded, tmp_path, kind)
    scores = {next(v for k, v in row.items() if v in ("cho", "dia", "eve")): row.get("score", row.get(LESSON))
              for row in rows if set(row.values()) & {"cho", "dia", "eve"}}  # fmt: skip
    # In what a platform imports an empty cell would wipe the mark that it has: there is no row.
    assert scores == ({"cho": "", "dia": "", "eve": ""} if kind == "csv" else {})
    assert "dia: no mark in 01_circles, because the kernel stopped." in said
    assert "cho: no mark in 01_circles yet, because nobody has read leak-why." in said
    assert "eve: no mark in 01_circles, because nothing was handed in." in said


def test_partial_marks_are_given_only_when_asked_for(graded, tmp_path):
    rows, said = export(graded, tmp_path, "csv", partial=True)
    assert {row["student"]: row["score"] for row in rows}["cho"] == "10"
    assert not any("cho" in line for line in said)


def test_canvas_finds_its_students_its_column_and_its_points(graded, tmp_path):
    rows, said = export(graded, tmp_path, "canvas", CANVAS)
    by = {row["ID"]: row for row in rows}
    assert list(rows[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lesson 1 (4711)"]
    assert rows[0]["Student"].strip() == "Points Possible" and rows[0]["Lesson 1 (4711)"] == "12"
    assert {id: row["Lesson 1 (4711)"] for id, row in by.items() if id} == {"101": "11.5", "102": "9"}
    assert by["101"]["SIS User ID"] == "00017" and by["101"]["Section"] == "Monday, 9"
    assert any("Canvas counts Lesson 1 (4711) with 10 points, the lesson has 12" in line for line in said)


def test_other_columns_of_a_roster_are_left_out_lest_old_marks_come_back(graded, tmp_path):
    rows, _ = export(graded, tmp_path, "canvas", CANVAS)
    assert "Old quiz (4712)" not in rows[0] and "Final Score" not in rows[0]


def test_a_mark_without_a_row_is_said(graded, tmp_path):
    roster = "".join(line for line in CANVAS.splitlines(keepends=True) if "Ben" not in line)
    _, said = export(graded, tmp_path, "canvas", roster)
    assert "Not in roster.csv, so without a row: ben." in said


def test_a_column_that_canvas_does_not_have_is_said(graded, tmp_path):
    rows, said = export(graded, tmp_path, "canvas", CANVAS.replace("Lesson 1 (4711)", "Homework (4711)"))
    assert "01_circles" in rows[0]
    assert any("roster.csv has no column for 01_circles: Canvas will offer to make a new" in line for line in said)
    assert not any("no column for" in line for line in export(graded, tmp_path, "canvas", CANVAS)[1])


def test_a_column_can_be_named_and_must_be_there(graded, tmp_path):
    rows, _ = export(graded, tmp_path, "canvas", CANVAS, column="Old quiz")
    assert {row["ID"]: row["Old quiz (4712)"] for row in rows}["101"] == "11.5"
    with pytest.raises(CourseError, match="no column 'Quiz'"):
        export(graded, tmp_path, "canvas", CANVAS, column="Quiz")
    two = CANVAS.replace("Old quiz", "Circles")
    with pytest.raises(CourseError, match=r"Which column is 01_circles: .*--column"):
        export(graded, tmp_path, "canvas", two)


def test_moodles_worksheet_is_filled_in_and_stays_a_worksheet(graded, tmp_path):
    rows, said = export(graded, tmp_path, "moodle", MOODLE)
    by = {row["Identifier"]: row for row in rows}
    assert {who: row["Grade"] for who, row in by.items()} == {"Participant 11": "11.5", "Participant 12": "9"}
    assert by["Participant 12"]["Feedback comments"] == "A stable sigmoid and its slope: Not yet: sigmoid misses."
    assert by["Participant 11"]["Last modified (submission)"] == "Monday, 4 May"
    assert any("Moodle counts this assignment with 10.00 points" in line for line in said)


def test_moodles_import_goes_by_email_and_has_its_feedback_beside_the_grade(graded, tmp_path):
    rows, said = export(graded, tmp_path, "moodle")
    assert list(rows[0]) == ["Email address", "Username", "01_circles", "01_circles Feedback comments"]
    assert {row["Email address"]: row["01_circles"] for row in rows}["ben@x.org"] == "9"
    assert not any("Without an email address" in line for line in said)


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_compute_is_defused(text):
    assert defused(text) == "'" + text
    assert defused("Ada") == "Ada"


def test_names_are_defused_and_ids_are_not_touched(graded, tmp_path):
    rows, _ = export(graded, tmp_path, "canvas", CANVAS, partial=True)
    assert {row["ID"]: row["Student"] for row in rows}["103"] == "'=cmd()|A1, Cho"
    rows, _ = export(graded, tmp_path, "csv")
    assert {row["student"]: row["first_name"] for row in rows}["ben"] == "'=Ben"
    rows, _ = export(graded, tmp_path, "moodle", MOODLE, partial=True)
    assert rows[2]["Full name"] == "'=Cho" and rows[2]["Identifier"] == "Participant 13"


def test_an_ambiguous_name_finds_nobody():
    twins = [Standing(id, LESSON, 1, 1, first_name="Ada", last_name="B") for id in ("u1", "u2")]
    rows = [(["B, Ada"], ""), (["B, Ada", "U2"], ""), ([""], "")]
    assert [found and found.student for found in Finder(twins).match(rows)] == [None, "u2", None]
    assert plain("Lovélace, Ada") == "lovelaceada"


@pytest.mark.parametrize("kind", ["canvas", "moodle"])
@pytest.mark.parametrize("known", [True, False], ids=["by id", "by name"])
def test_a_namesake_has_no_row(tmp_path, kind, known):
    """One of two students of one name has handed in: her mark is not the other's too."""
    ada = Standing("ada", LESSON, 7, 12, first_name="Ada", last_name="B", lms_id="101" if known else "")
    ben = Standing("ben", LESSON, 5, 12, lms_id="103")
    rows = {"canvas": 'Student,ID,Circles (7)\n"B, Ada",101,\n"B, Ada",102,\n"C, Ben",103,5.00\n',
            "moodle": "Identifier,Full name,Grade\nParticipant 101,Ada B,\nParticipant 102,Ada B,\n"
                      "Participant 103,Ben C,5.00\n"}  # fmt: skip
    (tmp_path / "r.csv").write_text(rows[kind])
    table, said = (canvas_table if kind == "canvas" else moodle_table)({LESSON: [ada, ben]}, tmp_path / "r.csv", "")
    at = 1 if kind == "canvas" else 0
    marks = {row[at][-3:]: row[2] for row in table[1:] if row[at]}
    assert marks == ({"101": "7"} if known else {}) | {"103": "5"}
    assert said == ([] if known else ["Not in r.csv, so without a row: ada."])


@pytest.mark.parametrize("id", ["1.2E+05", "1,2E+05", "101.0"])
def test_ids_that_a_spreadsheet_changed_are_refused(graded, tmp_path, id):
    with pytest.raises(CourseError, match=r"roster\.csv was saved by a spreadsheet .* download it again"):
        export(graded, tmp_path, "canvas", CANVAS.replace(",101,", f',"{id}",'))


def test_marks_that_the_platform_has_meanwhile_are_said(graded, tmp_path):
    _, said = export(graded, tmp_path, "canvas", CANVAS)
    assert "Canvas has other marks, which this file replaces: ada 3 → 11.5." in said
    _, said = export(graded, tmp_path, "moodle", MOODLE)
    assert "Moodle has other marks, which this file replaces: ben 3.00 → 9." in said


@pytest.mark.parametrize(
    ("kind", "roster", "sentence"),
    [
        ("canvas", "a,b\n1,2\n", "no gradebook of Canvas"),
        ("moodle", "a,b\n1,2\n", "no grading worksheet of Moodle"),
        ("canvas", "", "is empty"),
        ("canvas", b"PK\x03\x04\xb5\xff", "is no CSV in UTF-8"),
    ],
)
def test_a_wrong_roster_gets_one_sentence(graded, tmp_path, kind, roster, sentence):
    path = tmp_path / "roster.csv"
    path.write_bytes(roster if isinstance(roster, bytes) else roster.encode())
    with pytest.raises(CourseError, match=sentence):
        export_marks(graded.classroom, [graded.lesson], kind, tmp_path / "o.csv", roster=path)


def test_the_command_exports_all_that_is_graded(graded, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(graded.classroom.root)
    out = tmp_path / "marks.csv"
    assert main(["export", "--all", "--csv", str(out)]) == 0
    assert "dia: no mark" in capsys.readouterr().out and "ada,Ada,Lovelace" in out.read_text()
    assert main(["export", "--csv", str(out)]) == 2
    assert "Which lesson?" in capsys.readouterr().err
    assert main(["export", LESSON, "--csv", str(tmp_path / "no" / "x.csv")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert main(["export", LESSON, "--canvas", str(out), "--roster", "none.csv"]) == 2
    assert "none.csv cannot be read" in capsys.readouterr().err


def test_what_helps_a_gradebook_depends_on_what_ails_it(root, tmp_path, monkeypatch):
    course = copy_course(root, tmp_path)
    (course / "gradebook.db").unlink(missing_ok=True)
    book = Classroom(course).book
    with book.open():
        pass
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    told = {full: "Free some space", sqlite3.OperationalError("no code"): "db_url"}
    for error, help in told.items():
        with pytest.raises(CourseError, match=help), book.open():
            raise OperationalError("INSERT", {}, error)
    other = sqlite3.connect(course / "gradebook.db")
    other.execute("BEGIN EXCLUSIVE")
    book.directory.db_url = book.directory.db_url.replace("timeout=60", "timeout=0.1")
    with pytest.raises(CourseError, match=r"locked\. Close the program"), book.open() as held:
        held.add_student("ada")
    other.close()


@pytest.mark.parametrize(
    "command", [["report", LESSON], ["feedback", LESSON], ["export", "--all", "--csv", "out.csv"]]
)
def test_a_gradebook_that_is_none_is_said_in_a_sentence(root, tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(course := copy_course(root, tmp_path))
    (course / "gradebook.db").write_text("not a database, only words")
    assert main(command) == 2
    assert "gradebook cannot be used: file is not a database. Put a backup" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgres://ada:secret@localhost/grades", "it is spelled c.CourseDirectory.db_url = 'postgresql+psycopg://"),
        ("grades", "it is spelled c.CourseDirectory.db_url"),
        ("postgresql+psycopg://ada:secret@127.0.0.1:1/grades", "pip install 'psycopg[binary]'"),
    ],
)
def test_a_db_url_that_cannot_be_used_is_said_in_a_sentence(root, tmp_path, capsys, monkeypatch, url, sentence):
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as where it is not installed
    monkeypatch.chdir(course := copy_course(root, tmp_path))
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {url!r}\n")
    assert main(["report", LESSON]) == 2
    said = capsys.readouterr().err
    assert sentence in said and "secret" not in said
