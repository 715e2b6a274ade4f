"""Deadlines, extensions, late days and groups: one file, and every place that shows marks shows the same."""

import csv
import random
import unicodedata
from datetime import datetime, timedelta

import pytest

from tests.graded_class import LESSON, GradedClass, copy_course
from vgcourse.errors import CourseError
from vgcourse.grading.class_run import driver
from vgcourse.grading.class_run.class_table import standings, write_csv
from vgcourse.grading.class_run.terminal_table import table, untimed_line
from vgcourse.grading.export import export_marks
from vgcourse.grading.pages.feedback.pages import write_pages
from vgcourse.grading.pages.report import gather, report_page, write_report
from vgcourse.grading.people.lateness import weigh
from vgcourse.grading.people.policy import FILE, LatePolicy, read_policy

DUE = datetime(2026, 5, 4, 21, 59)
LESSONS = ["00_start", LESSON]


def policy_of(folder, text):
    (folder / FILE).write_text(text, encoding="utf-8")
    return read_policy(folder, LESSONS)


def test_the_file_says_when_everything_is_due(tmp_path):
    found = policy_of(
        tmp_path,
        f"""timezone = "Europe/Berlin"
[due]
{LESSON} = 2026-05-04T23:59:00
[extensions.ada]
{LESSON} = "2 days"
[extensions.team]
all = 2026-05-09
[groups]
team = ["cho", "dia"]
[late]
per_day = "10 %"
at_most = "50 %"
free_days = 2
""",
    )
    assert found.due == {LESSON: DUE}, "in UTC"
    assert found.due_for("ada", LESSON, DUE) == DUE + timedelta(days=2)
    assert found.due_for("dia", LESSON, DUE) == datetime(2026, 5, 9, 21, 59, 59), "the group's, to the end of the day"
    assert found.due_for("eve", LESSON, DUE) == DUE
    assert (found.late.per_day, found.late.at_most, found.late.free_days) == (0.1, 0.5, 2)


WRONG_LINES = {
    "[due\n": "line 1",
    "[extensions.Ada Lovelace]\n": 'the name needs quotes, as in "Ada Lovelace".',
    "[handed_in.01_circles]\nZoé = 2026-05-04\n": 'the name needs quotes, as in "Zoé".',
    f"[due]\n{LESSON} = 2026-13-45\n": f"which is `{LESSON} = 2026-13-45`.",
    "[dues]\n": "dues: there is no such key; did you mean due?",
    "[due]\n07_none = 2026-05-04\n": "due.07_none: there is no such lesson",
    f'[due]\n{LESSON} = "soon"\n': "due.01_circles: 'soon' is no date",
    f"[due]\n{LESSON} = 4\n": "due.01_circles: 4 is no date",
    "due = 3\n": "due: it is a table",
    '[late]\nper_day = "ten"\n': "late.per_day",
    '[late]\nper_day = "110 %"\n': "late.per_day",
    "[late]\nper_day = -1\n": "late.per_day",
    '[late]\nper_day = "10 %"\nat_most = 3\n': "both a share",
    "[late]\nfree_days = 1.5\n": "whole number",
    "[late]\nfree_days = true\n": "whole number",
    "[late]\nfree_day = 1\n": "late.free_day: there is no such key; did you mean free_days?",
    f'[extensions.ada]\n{LESSON} = "2 fortnights"\n': "extensions.ada.01_circles",
    "[extensions]\nada = 2\n": "[extensions.ada]",
    '[groups]\na = "ben"\n': "groups.a: a group is a list",
    '[groups]\na = ["ben"]\nb = ["ben"]\n': "ben is in a already",
    'timezone = "Mars"\n': "timezone: 'Mars' is no time zone",
    "timezone = 3\n": "timezone",
    f"[handed_in.{LESSON}]\nada = 1\n": "handed_in.01_circles.ada",
    f"[due]\n{LESSON} = 0206-05-04\n": "due.01_circles: 0206-05-04 23:59:59 is no date of a course: its year is 206.",
    f"[due]\n{LESSON} = 9999-12-31T23:59:59-10:00\n": "its year is 9999.",
    f"[due]\n{LESSON} = 23:59:00\n": "due.01_circles: 23:59:00 is no date",
    f'[extensions.ada]\n{LESSON} = "99999999 days"\n': "ada.01_circles: '99999999 days' is longer than 3650",
    f'[extensions.ada]\n{LESSON} = "{"9" * 400} weeks"\n': "is longer than 3650 days.",
    f"[late]\nclosed_after = {'9' * 5000}\n": "a number in it has too many digits.",
    f"a = {'[' * 5000}\n": "it is nested too deeply.",
    f"a = b{'c' * 5000}\n": "ccc…`.",
}


@pytest.mark.parametrize("text", WRONG_LINES)
def test_a_wrong_line_is_named_in_one_sentence(tmp_path, text):
    with pytest.raises(CourseError) as said:
        policy_of(tmp_path, text)
    assert WRONG_LINES[text] in str(said.value) and FILE in str(said.value) and "\n" not in str(said.value)


def test_whom_a_wrong_name_may_mean_is_asked():
    """An accent may be one character or two, and look the same; a download's number is easily left out."""
    folder = unicodedata.normalize("NFD", "Zoé Lefèvre_81236")
    for name in ("Zoé Lefèvre_81236", "Zoe Lefevre", "zoé lefèvre_81236"):
        assert f"did you mean {folder}?" in driver._meant([name], {folder, "ada"})
    assert driver._meant(["bob"], {folder, "ada"}) == ""


def test_any_damage_to_the_file_is_one_sentence_or_none(tmp_path):
    """The file with characters taken out, doubled or swapped for others: never a traceback."""
    whole = f'timezone = "UTC"\n[due]\n{LESSON} = 2026-05-04\n[late]\nper_day = "10 %"\n[groups]\nt = ["a", "b"]\n'
    draw, refused = random.Random(3), 0
    for _ in range(400):
        text = list(whole)
        for _ in range(draw.randint(1, 3)):
            place = draw.randrange(len(text))
            text[place] = draw.choice(["", text[place] * 2, *"[]=\"'\n9-%é"])
        try:
            policy_of(tmp_path, "".join(text))
        except CourseError as error:
            refused += 1
            assert FILE in str(error) and "\n" not in str(error)
    assert refused > 200


@pytest.mark.parametrize(
    ("late", "free", "penalty", "closed"),
    [
        (timedelta(minutes=10), 0, None, False),
        (timedelta(minutes=11), 0, 1, False),
        (timedelta(days=1), 0, 1, False),
        (timedelta(days=1, seconds=1), 0, 2, False),
        (timedelta(days=2), 1, 1, False),
        (timedelta(days=2), 5, 0, False),
        (timedelta(days=6), 0, 5, False),
        (timedelta(days=8), 5, 10, True),
    ],
)
def test_days_are_counted_as_they_begin(late, free, penalty, closed):
    policy = LatePolicy(per_day=0.1, at_most=0.5, closed_after=7, grace=timedelta(minutes=10))
    found = weigh(late, policy, 10, free)
    assert (found.penalty, found.closed) == (penalty, closed) if penalty is not None else found is None


@pytest.fixture(scope="module")
def graded(root, tmp_path_factory):
    """Eight students of lesson 1; one answer in words is still to be read."""
    made = GradedClass(copy_course(root, tmp_path_factory.mktemp("people")))
    names = ("ada", "ben", "cho", "dia", "eli", "fay", "gus")
    for i, name in enumerate(names):
        made.add(name, "Words." if name == "ada" else "", wrong=("sigmoid",) if i % 2 else ())
    made.refuse("ida", "there is no notebook")
    return made


def late_by(graded, days):
    with graded.book() as book:
        for student, late in days.items():
            book.find_submission(LESSON, student).timestamp = DUE + timedelta(days=late)
        book.db.commit()


def scores_everywhere(graded, tmp_path):
    """Student → mark, by each of those who tell it."""
    room, lesson = graded.classroom, graded.lesson
    class_ = standings(room, lesson)
    told = {"state": {one.student: one.score for one in class_}}
    write_csv(class_, tmp_path / "grades.csv")
    export_marks(room, [lesson], "csv", tmp_path / "out.csv", partial=True)
    for name in ("grades.csv", "out.csv"):
        with (tmp_path / name).open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        told[name] = {row["student"]: float(row["score"]) if row["score"] else None for row in rows}
    told["table"] = {line.split()[0]: line.split()[1] for line in table(class_).splitlines()[1:] if line[0] != " "}
    told["table"] = {who: None if mark == "–" else float(mark) for who, mark in told["table"].items()}
    write_pages(room, lesson)
    told["feedback"] = {
        one.student: float(page.split('<div class="total"><p><strong>')[1].split("<")[0])
        for one in class_
        if one.score is not None
        for page in [(room.folder("feedback", lesson, one.student) / "circles.html").read_text(encoding="utf-8")]
    }
    with graded.book() as book:  # what nbgrader's own export says
        entries = book.assignment_submissions(LESSON)
        told["nbgrader"] = {e.student_id: round(max(0.0, e.score - e.late_submission_penalty), 2) for e in entries}
    report = write_report(room, lesson, tmp_path / "report.html").read_text(encoding="utf-8")
    for one in class_:
        if one.score is not None:
            assert f"{one.name}: {one.score:g} of 12" in report
    return told


def test_a_moved_due_date_moves_the_penalty_at_once(graded):
    room, lesson = graded.classroom, graded.lesson
    late_by(graded, {"gus": 1.5})
    text = f"[due]\n{LESSON} = %s\n[late]\nper_day = 1\n"
    (room.root / FILE).write_text(text % "2026-05-04T21:59:00Z", encoding="utf-8")
    gus = next(one for one in standings(room, lesson) if one.student == "gus")
    assert (gus.score, str(gus.lateness)) == (8, "2 days late: 2 off") and "2 off for lateness" in table([gus])
    (room.root / FILE).write_text(text % "2026-05-20", encoding="utf-8")
    gus = next(one for one in standings(room, lesson) if one.student == "gus")
    assert (gus.score, gus.lateness) == (10, None)


def test_whose_time_is_not_known_is_said_where_lateness_costs_something(graded, tmp_path):
    room, lesson = graded.classroom, graded.lesson
    late_by(graded, {"gus": 1.5})
    for late, told in (("", False), ("[late]\nper_day = 1\n", True)):
        (room.root / FILE).write_text(f"[due]\n{LESSON} = 2026-05-04\n{late}", encoding="utf-8")
        class_ = standings(room, lesson)
        said = untimed_line(class_)
        assert ("ada" in said and "handed_in.01_circles" in said) == told and "gus" not in said and "ida" not in said
        assert said in export_marks(room, [lesson], "csv", tmp_path / "marks.csv") or not told
        write_csv(class_, tmp_path / "grades.csv")
        pages = (tmp_path / "grades.csv").read_text(), report_page(gather(room, lesson, tmp_path))
        assert all(("is not known" in page) == told for page in pages)
    (room.root / FILE).unlink()


def test_a_group_hands_in_once_and_all_have_its_mark(graded, tmp_path):
    room, lesson = graded.classroom, graded.lesson
    (room.root / FILE).write_text('[groups]\nduo = ["ada", "zoe"]\n', encoding="utf-8")
    class_ = {one.student: one for one in standings(room, lesson)}
    assert class_["zoe"].score == class_["ada"].score and class_["zoe"].waiting == class_["ada"].waiting != ()
    assert "handed in by ada" in table([class_["zoe"]])
    with graded.book() as book:  # read in the other member's row
        grade = book.find_grade("leak-why", "circles", LESSON, "zoe")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.db.commit()
    told = scores_everywhere(graded, tmp_path)
    assert all(marks["ada"] == marks["zoe"] == 11.5 for marks in told.values())


def test_a_group_that_handed_in_twice_is_not_graded_until_one_counts(graded):
    room, lesson = graded.classroom, graded.lesson
    (room.root / FILE).write_text('[groups]\nduo = ["ben", "cho"]\n', encoding="utf-8")
    both = [one for one in standings(room, lesson) if one.student in ("ben", "cho")]
    assert all(one.score is None and "handed in 2 times (ben, cho)" in one.reason for one in both)
    (room.root / FILE).unlink()
    assert all(one.score is not None for one in standings(room, lesson) if one.student in ("ben", "cho"))
