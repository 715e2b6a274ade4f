"""A class of eight through nbgrader: the right marks, nobody stopped by somebody else's notebook."""

import csv
import shutil

import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import capture_log
from traitlets.config import LoggingConfigurable

from tests import classes
from vgcourse.cli import main
from vgcourse.course.checks.registry import exercises
from vgcourse.course.lesson import Lesson, find_lesson
from vgcourse.errors import CourseError
from vgcourse.grading import demo
from vgcourse.grading.class_run import driver, ledger, nbgrader_says
from vgcourse.grading.class_run.class_table import NOT_YET_GRADED, Standing, standings
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.driver import grade_class
from vgcourse.grading.class_run.result import Result
from vgcourse.grading.class_run.terminal_table import table
from vgcourse.grading.people.policy import ClassPolicy


@pytest.fixture(scope="module")
def course(root, tmp_path_factory):
    """A copy of what an instructor has: text, lessons, settings."""
    copy = tmp_path_factory.mktemp("course")
    for name in ("solutions", "lessons"):
        shutil.copytree(root / name, copy / name)
    (copy / "tests").symlink_to(root / "tests")
    shutil.copy(root / "nbgrader_config.py", copy)
    return copy


@pytest.fixture(scope="module")
def graded(course):
    """The demo's class, and with it three submissions that cannot be run at all."""
    lesson = find_lesson(course, demo.LESSON)
    submitted = course / demo.FOLDER / "submitted"
    demo.hand_in(lesson, submitted)
    for name, text in (("ida_empty", None), ("jon_not_json", "{broken"), ("kim_not_a_notebook", '{"cells": 3}')):
        folder = submitted / name / lesson.id
        folder.mkdir(parents=True)
        if text:
            (folder / f"{lesson.name}.ipynb").write_text(text)
    classroom = Classroom(course, demo.demo_config(course))
    with classes.in_this_process():
        results = grade_class(classroom, lesson, csv=course / "grades.csv")
    return classroom, lesson, {result.student: result for result in results}


POINTS = {e.id: e.points for e in exercises(demo.LESSON)}
AUTO = sum(POINTS.values())


def score(graded, name):
    return graded[2][name].score


def test_right_answers_earn_full_marks_however_they_are_written(graded):
    assert score(graded, "ada_right") == score(graded, "ben_another_way") == AUTO
    assert all(verdict.passed for verdict in graded[2]["ben_another_way"].verdicts)


def test_a_blank_notebook_earns_nothing_and_is_told_so(graded):
    result = graded[2]["cho_blank"]
    assert result.score == 0 and {verdict.key for verdict in result.verdicts} == {"blank"}


@pytest.mark.parametrize(
    ("student", "exercise"),
    [
        ("dia_leaks", "leak-free-scaling"),
        ("eli_overflows", "sigmoid"),
        ("fay_misses_a_factor", "backward-pass"),
        ("gus_crashes", "ten-slopes"),
    ],
)
def test_one_wrong_answer_costs_its_own_points_only(graded, student, exercise):
    result = graded[2][student]
    missed = {verdict.exercise: verdict for verdict in result.verdicts if not verdict.passed}
    assert set(missed) == {exercise}
    assert result.score == AUTO - POINTS[exercise] + missed[exercise].earned
    assert missed[exercise].key not in ("not-plain", "blank")


def test_half_of_the_answers_earn_their_own_points(graded):
    answered = list(POINTS)[: len(POINTS) // 2]
    assert score(graded, "hal_half_done") == sum(POINTS[id] for id in answered)


@pytest.mark.parametrize(
    ("student", "reason"),
    [("ida_empty", "no notebook"), ("jon_not_json", "damaged"), ("kim_not_a_notebook", "no cells")],
)
def test_what_cannot_be_graded_is_said_with_its_reason_and_is_no_zero(graded, student, reason):
    result = graded[2][student]
    assert result.score is None and result.status == "not graded" and reason in result.reason
    assert student in table([result]) and "because" in table([result])


def test_the_marks_file_has_a_row_for_everybody(graded, course):
    rows = {row["student"]: row for row in csv.DictReader((course / "grades.csv").open())}
    assert set(rows) == set(graded[2])
    assert float(rows["ada_right"]["score"]) == AUTO
    assert rows["ida_empty"]["score"] == "" and rows["ida_empty"]["reason"]


def test_the_gradebook_holds_the_same_marks(graded):
    classroom, lesson, results = graded
    with Gradebook(classroom.directory.db_url, classroom.directory.course_id) as book:
        for student, result in results.items():
            if result.score is not None:
                assert book.find_submission(lesson.id, student).score == result.score


def test_the_submissions_are_left_as_they_were_handed_in(graded, course):
    classroom, lesson, _ = graded
    assert (classroom.folder("submitted", lesson, "jon_not_json") / f"{lesson.name}.ipynb").read_text() == "{broken"


def test_nobody_and_strangers_get_a_sentence(graded, course, tmp_path):
    classroom, lesson, _ = graded
    with pytest.raises(CourseError, match="No submission of 01_circles from zoe"):
        grade_class(classroom, lesson, students=["zoe"], csv=tmp_path / "x.csv")
    with pytest.raises(CourseError, match="Nobody handed in 00_start"):
        grade_class(classroom, find_lesson(course, "00_start"), csv=tmp_path / "x.csv")


def test_plain_nbgrader_gives_the_same_mark(graded, course):
    """`nbgrader autograde` by hand, with the settings of nbgrader_config.py."""
    import subprocess
    import sys
    from pathlib import Path

    classroom, lesson, results = graded
    source = classroom.folder("submitted", lesson, "fay_misses_a_factor")
    shutil.copytree(source, course / "submitted" / "fay" / lesson.id)
    nbgrader = str(Path(sys.executable).with_name("nbgrader"))
    subprocess.run(
        [nbgrader, "generate_assignment", lesson.id, "--force"], cwd=course, check=True, capture_output=True
    )
    subprocess.run([nbgrader, "autograde", lesson.id], cwd=course, check=True, capture_output=True)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "vgcourse") as book:
        assert book.find_submission(lesson.id, "fay").score == results["fay_misses_a_factor"].score


def test_what_nbgrader_alone_has_graded_since_is_no_longer_not_graded(graded):
    room, lesson, results = graded
    mended = room.folder("submitted", lesson, "jon_not_json") / f"{lesson.name}.ipynb"
    shutil.copy(room.folder("submitted", lesson, "ada_right") / mended.name, mended)
    assert by_name(room, lesson)["jon_not_json"].status == "not graded"
    assert room.api.autograde(lesson.id, "jon_not_json", force=True)["success"]
    now = by_name(room, lesson)
    jon, kim = now["jon_not_json"], now["kim_not_a_notebook"]
    assert (jon.score, jon.reason) == (AUTO, "") and "nbgrader itself" in jon.notes[-1]
    assert len(jon.verdicts) == len(POINTS) and kim.reason == results["kim_not_a_notebook"].reason


def test_what_a_killed_run_of_nbgraders_left_is_no_mark(graded):
    """Its copy is in place before anything has run, and the gradebook has a 0."""
    room, lesson, results = graded
    begun = room.graded(lesson, "kim_not_a_notebook")
    begun.parent.mkdir(parents=True)
    shutil.copy(room.folder("submitted", lesson, "ada_right") / begun.name, begun)
    kim = by_name(room, lesson)["kim_not_a_notebook"]
    shutil.rmtree(begun.parent)
    assert (kim.score, kim.reason) == (None, results["kim_not_a_notebook"].reason)


def by_name(room, lesson):
    return {one.student: one for one in standings(room, lesson)}


def test_the_scoreboard_of_a_released_lesson_is_all_open_also_where_it_lies_by_itself(
    course, monkeypatch, capsys, tmp_path
):
    shutil.copytree(course / "lessons" / demo.LESSON, tmp_path / demo.LESSON)
    monkeypatch.chdir(tmp_path)
    assert main(["check", demo.LESSON]) == 1
    shown = capsys.readouterr().out
    assert all(f"○ {id}" in shown for id in POINTS) and f"0 of {AUTO:g}" in shown
    assert "Written answers are read by a person." in shown


def test_of_written_answers_nothing_is_said_where_none_is_asked_for(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    assert main(["check", "00_start"]) == 1
    shown = capsys.readouterr().out
    assert "total" in shown and "Written answers" not in shown


def test_the_scoreboard_of_a_solved_lesson_is_full(course, monkeypatch, capsys):
    monkeypatch.chdir(course)
    main(["build", demo.LESSON])
    solved = find_lesson(course, demo.LESSON).solved
    capsys.readouterr()
    assert main(["check", str(solved)]) == 0
    assert f"{AUTO:g} of {AUTO:g}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: None, "No lesson is called"),
        (lambda folder: (folder / "circles.ipynb").write_text("{broken"), "not JSON"),
        (lambda folder: (folder / "other.ipynb").write_text("{}"), "circles.ipynb is missing"),
    ],
)
def test_a_scoreboard_that_cannot_be_made_gets_one_sentence(course, monkeypatch, capsys, tmp_path, make, sentence):
    monkeypatch.chdir(course)
    folder = course / "mine" / "01_circles"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = make(folder)
    assert main(["check", str(folder) if made else "02_squares"]) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1


class Staff:
    """Workers without kernels: everybody earns a point, and ``trouble`` happens at a name."""

    notice = "NOT ISOLATED: a test"

    def __init__(self, trouble=None):
        self.trouble, self.graded = trouble or {}, []

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        pass

    def grade(self, lesson, students):
        for student in students:
            if student in self.trouble:
                raise self.trouble[student]
            self.graded.append(student)
            yield Result(student, lesson.id, 1, 1, at="now")


class Room:
    """A classroom of three without a gradebook."""

    def __init__(self, keep):
        self.keep, self.submitted = keep, keep / "submitted"

    def students(self, lesson):
        return ["ada", "ben", "cho"]

    def prepare(self, lesson):
        pass

    def policy(self):
        return ClassPolicy()

    def ids(self, names):
        return names

    def everybody(self):
        return set(self.students(None))


def standings_of_the_ledger(room, lesson):
    known = ledger.Ledger.of(room).results(lesson.id)
    blank = {id: Standing(id, lesson.id, None, 1, NOT_YET_GRADED) for id in room.students(lesson)}
    graded = {id: Standing(id, lesson.id, r.score, 1, result=r, settled=True, filed_as=id) for id, r in known.items()}
    return list({**blank, **graded}.values())


def grade(tmp_path, monkeypatch, trouble=None, csv="grades.csv", **options):
    staff = Staff(trouble)
    monkeypatch.setattr(driver, "_workers", lambda *a: staff)
    monkeypatch.setattr(driver, "standings", standings_of_the_ledger)
    try:
        grade_class(Room(tmp_path / "keep"), Lesson("01_circles", tmp_path), csv=tmp_path / csv, **options)
    finally:
        grade.staff = staff
    return staff.graded


def test_after_ctrl_c_the_marks_of_those_who_were_graded_are_written(tmp_path, monkeypatch, capsys):
    with pytest.raises(KeyboardInterrupt):
        grade(tmp_path, monkeypatch, {"cho": KeyboardInterrupt()})
    assert (tmp_path / "grades.csv").read_text().count("01_circles") == 2
    said = capsys.readouterr().out
    assert "ben" in said and "1 still to do: give the same command again" in said


def test_a_download_that_was_half_sorted_in_is_pointed_out(tmp_path, monkeypatch, capsys):
    grade(tmp_path, monkeypatch)
    assert "--from" not in capsys.readouterr().out
    (tmp_path / "keep" / "submitted" / ".unpacking").mkdir(parents=True)  # as after a power cut
    grade(tmp_path, monkeypatch)
    assert "broken off, so hand-ins may be missing: say --from again" in capsys.readouterr().out


def test_the_same_command_goes_on_after_ctrl_c(tmp_path, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        grade(tmp_path, monkeypatch, {"cho": KeyboardInterrupt()})
    assert grade(tmp_path, monkeypatch) == ["cho"]
    assert grade(tmp_path, monkeypatch) == []
    assert grade(tmp_path, monkeypatch, regrade=True) == ["ada", "ben", "cho"]
    assert (tmp_path / "grades.csv").read_text().count("01_circles") == 3


def test_a_regrade_that_was_stopped_goes_on_and_says_how_far_it_is(tmp_path, monkeypatch, capsys):
    assert grade(tmp_path, monkeypatch) == ["ada", "ben", "cho"]
    with pytest.raises(KeyboardInterrupt):
        grade(tmp_path, monkeypatch, {"ben": KeyboardInterrupt()}, regrade=True)
    capsys.readouterr()
    with pytest.raises(KeyboardInterrupt):
        grade(tmp_path, monkeypatch, {"cho": KeyboardInterrupt()}, regrade=True)
    assert grade.staff.graded == ["ben"] and "goes on: 2 are left" in capsys.readouterr().out
    assert grade(tmp_path, monkeypatch, students=["ada"]) == []
    assert grade(tmp_path, monkeypatch) == ["cho"], "without the option too"
    assert grade(tmp_path, monkeypatch) == []
    assert grade(tmp_path, monkeypatch, regrade=True) == ["ada", "ben", "cho"], "a new one"


def test_one_students_regrade_leaves_everybody_in_the_marks_file(tmp_path, monkeypatch, capsys):
    grade(tmp_path, monkeypatch)
    capsys.readouterr()
    assert grade(tmp_path, monkeypatch, students=["ben"], regrade=True) == ["ben"]
    assert (tmp_path / "grades.csv").read_text().count("01_circles") == 3
    said = capsys.readouterr().out
    assert said.count("ben") == 1 and "ada" not in said, "the table has whom was asked for, once"


def test_a_ledger_that_cannot_be_written_stops_the_run_with_a_sentence(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ledger, "_append_line", full)
    with pytest.raises(CourseError, match=r"No space left.*same command again"):
        grade(tmp_path, monkeypatch)
    assert grade.staff.graded == ["ada"], "nobody else is graded for nothing"


def test_missing_isolation_is_one_loud_line(tmp_path, monkeypatch, capsys):
    grade(tmp_path, monkeypatch)
    assert capsys.readouterr().err.count("! NOT ISOLATED: a test") == 1


@pytest.mark.parametrize("place", ["no/such/folder/grades.csv", "."])
def test_marks_that_cannot_be_written_are_refused_before_anybody_is_graded(tmp_path, monkeypatch, place):
    with pytest.raises(CourseError, match="cannot be written"):
        grade(tmp_path, monkeypatch, csv=place)
    assert not grade.staff.graded


def test_a_student_named_twice_is_graded_once(tmp_path, monkeypatch):
    assert grade(tmp_path, monkeypatch, students=["ada", "ada"]) == ["ada"]


def test_ctrl_c_is_more_than_one_students_error():
    """nbgrader's own interface catches it, and would go on with the next student."""

    class Interrupted(LoggingConfigurable):
        def start(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nbgrader_says.refuse_to_go_on_after_ctrl_c(capture_log(Interrupted()))
    nbgrader_says.refuse_to_go_on_after_ctrl_c({"success": False, "error": "ValueError: KeyboardInterrupt\n"})
