"""A class graded side by side: everybody once, the same marks however it is run, nothing lost, nobody a silent 0."""

import csv
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook

from tests import classes
from tests.classes import LESSON, RIGHT, WRONG
from vgcourse.cli import main
from vgcourse.course.authoring import build
from vgcourse.course.checks import registry
from vgcourse.course.lesson import Lesson, find_lesson
from vgcourse.errors import CourseError
from vgcourse.grading.class_run import cluster, driver, made_of, pool, submission
from vgcourse.grading.class_run.class_table import standings
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.class_run.driver import grade_class
from vgcourse.grading.class_run.ledger import Ledger
from vgcourse.grading.class_run.submission import grade_submission
from vgcourse.grading.class_run.terminal_table import table
from vgcourse.grading.export import export_marks
from vgcourse.grading.kept_files import only_one
from vgcourse.grading.pages.report import write_report

REFERENCE = """
from vgcourse.course.checks import registry
own = registry.find('first-check').reference()
rms = lambda v: own(v)
"""
NOISY = RIGHT.replace("    return", "    import sys, warnings\n    warnings.warn('careful')\n    return")
CLASS = {
    "ada": (RIGHT, 1),
    "ben b": (WRONG, 0),
    "c[1]": (RIGHT, 1),
    "dörte 🐦": (NOISY, 1),
    "eve": (REFERENCE, 0),
    "fay": (None, 0),
}


@pytest.fixture(scope="module")
def course(root, tmp_path_factory):
    """A course with a class of six that can be graded, and five that cannot."""
    course = classes.make_course(root, tmp_path_factory.mktemp("run"))
    for student, (answer, _) in CLASS.items():
        classes.hand_in(course, student, answer)
    spoil(course)
    return course


def spoil(course):
    folder = course / "submitted"
    for name, text in (("gus", "{broken"), ("hal", '{"cells": 3}'), ("ida", None)):
        (folder / name / LESSON).mkdir(parents=True)
        if text:
            (folder / name / LESSON / "start.ipynb").write_text(text)
    (folder / "jon").mkdir()
    (folder / "jon" / LESSON).symlink_to(folder / "ada" / LESSON)
    classes.hand_in(course, "kim", "import os\nos._exit(0)\n")


NOT = {"gus": "damaged", "hal": "no cells", "ida": "no notebook", "jon": "link", "kim": "kernel stopped"}


def scores(results):
    return {result.student: result.score for result in results}


@pytest.fixture(scope="module")
def graded(course):
    """The class, graded by three workers."""
    before = contents(course / "submitted")
    room = Classroom(course, classes.settings())
    results = grade_class(room, find_lesson(course, LESSON), csv=course / "grades.csv", jobs=3)
    assert contents(course / "submitted") == before, "what was handed in stays as it was"
    return room, find_lesson(course, LESSON), results


def contents(folder):
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return [(str(path), path.read_bytes()) for path in files]


def test_everybody_is_listed_with_a_mark_or_a_reason(graded):
    results = {result.student: result for result in graded[2]}
    assert len(results) == len(CLASS) + len(NOT) == len(graded[2])
    for student, (_, score) in CLASS.items():
        result = results[student.replace("[", "［").replace("]", "］")]
        assert (result.score, result.max_score, result.reason) == (score, 1, "")
        run = result.result
        assert run.cpu > 0 and run.seconds > 0 and "first-check" in run.cells and len(run.digest) == 64
    for student, reason in NOT.items():
        result = results[student]
        assert result.score is None and result.status == "not graded" and reason in result.reason
        assert "because" in table([result])


def told(results):
    """What a class is told: everybody's points and status, and each verdict."""
    return {r.student: (r.score, r.status, r.reason, [(v.key, v.share) for v in r.verdicts]) for r in results}


def test_one_process_gives_the_marks_of_three_workers(graded, course):
    room, lesson, results = graded
    with classes.in_this_process():
        again = grade_class(room, lesson, csv=course / "grades.csv", regrade=True)
    assert told(again) == told(results)
    lines = (course / ".vgcourse" / f"{LESSON}.jsonl").read_text().splitlines()[-len(results) :]
    assert sorted(json.loads(line)["student"] for line in lines) == sorted(told(results)), "everybody once"


def test_the_courses_own_version_is_not_there_to_be_used(graded):
    """A lambda around it cannot be made: nothing is earned, and a person reads why the cell stopped."""
    (verdict,) = next(result for result in graded[2] if result.student == "eve").verdicts
    assert (verdict.key, verdict.share) == ("stopped-before", 0) and verdict.is_withheld


def test_no_grader_leaves_its_copies_or_processes(graded, course):
    room = graded[0]
    assert not [path for path in (room.keep / "prepared").rglob("*") if path.is_file()]
    assert room.keep == course / ".vgcourse" and (room.keep / "secret").is_file()


def test_the_marks_file_has_everybody_and_no_silent_zero(graded, course):
    rows = {row["student"]: row for row in csv.DictReader((course / "grades.csv").open(encoding="utf-8"))}
    assert rows["ada"]["score"] == "1" and rows["ben b"]["score"] == "0"
    assert all(rows[student]["score"] == "" and rows[student]["reason"] for student in NOT)


def test_the_same_command_again_has_nothing_to_do(graded, monkeypatch, capsys):
    """Only those who could not be graded are tried again, not the settled."""
    room, lesson, results = graded
    asked = count(monkeypatch)
    again = grade_class(room, lesson, csv=room.root / "grades.csv")
    assert asked == sorted(NOT) and scores(again) == scores(results)
    assert "6 of 11 are graded" in capsys.readouterr().out


def count(monkeypatch, real=False):
    """Grade in this process; who is asked for is noted, and, unless ``real``, gets an empty result."""
    asked = []

    def grade_one(classroom, lesson, student):
        asked.append(student)
        return real_one(classroom, lesson, student) if real else pool._lost(lesson, student)

    real_one = pool.grade_one
    monkeypatch.setattr(pool, "grade_one", grade_one)
    monkeypatch.setattr(driver, "_workers", lambda classroom, jobs, scheduler: classes.InThisProcess(classroom))
    return asked


def grade_here(room, lesson, monkeypatch, **options):
    asked = count(monkeypatch, real=True)
    results = grade_class(room, lesson, csv=room.root / "grades.csv", **options)
    return asked, {result.student: result for result in results}


def test_a_changed_submission_and_a_regrade_are_graded_again(graded, course, monkeypatch):
    room, lesson, _ = graded
    classes.hand_in(course, "ben b", RIGHT)
    asked, results = grade_here(room, lesson, monkeypatch, students=["ada", "ben b"])
    assert asked == ["ben b"] and results["ben b"].score == 1
    asked, results = grade_here(room, lesson, monkeypatch, students=["ada"], regrade=True)
    assert asked == ["ada"] and results["ada"].score == 1
    classes.hand_in(course, "ben b", WRONG)
    _, results = grade_here(room, lesson, monkeypatch, students=["ben b"])
    assert results["ben b"].score == 0


@pytest.fixture
def clock(monkeypatch):
    """A wall clock that is set again whenever it is read: as it is, an hour back, a day on.

    ``ahead`` are the seconds that are added next; what waits must look at another clock.
    """
    real, shifts = time.time, itertools.cycle((0, -3600, 86400))
    clock = SimpleNamespace(ahead=shifts, read=0)

    def now():
        clock.read += 1
        return real() + next(clock.ahead)

    class Date(datetime):
        @classmethod
        def now(cls, zone=None):
            return cls.fromtimestamp(now(), zone)

    monkeypatch.setattr(time, "time", now)
    monkeypatch.setattr(submission, "datetime", Date)
    return clock


def test_a_clock_that_jumps_changes_no_mark_and_has_nobody_graded_twice(graded, clock, monkeypatch):
    room, lesson, results = graded
    three = ["ada", "ben b", "eve"]
    for _ in range(2):
        asked, again = grade_here(room, lesson, monkeypatch, students=three, regrade=True)
        assert asked == three and told(again.values()).items() <= told(results).items()
        asked, again = grade_here(room, lesson, monkeypatch, students=three)
        assert asked == [] and told(again.values()).items() <= told(results).items()
    assert clock.read, "somebody did look at it"


def test_what_was_graded_last_counts_though_the_clock_was_set_back(graded, course, clock, monkeypatch):
    """Not what bears the latest time; and a file's time says nothing of whether it is another answer."""
    room, lesson, results = graded
    mine = course / "submitted" / "ben b" / LESSON / "start.ipynb"
    clock.ahead = itertools.repeat(0)
    grade_here(room, lesson, monkeypatch, students=["ben b"], regrade=True)
    clock.ahead = itertools.repeat(-86400)
    classes.hand_in(course, "ben b", RIGHT)
    os.utime(mine, (1, 1))
    asked, again = grade_here(room, lesson, monkeypatch, students=["ben b"])
    lines = map(json.loads, (course / ".vgcourse" / f"{LESSON}.jsonl").read_text().splitlines())
    before, last = [line["at"] for line in lines if line["student"] == "ben b"][-2:]
    assert last < before and asked == ["ben b"] and again["ben b"].score == 1
    for at in (1, 4_000_000_000):
        os.utime(mine, (at, at))
        asked, again = grade_here(room, lesson, monkeypatch, students=["ben b"])
        assert asked == [] and again["ben b"].score == 1
    classes.hand_in(course, "ben b", WRONG)
    _, again = grade_here(room, lesson, monkeypatch, students=["ben b"])
    assert told(again.values()).items() <= told(results).items()


def test_no_solution_lies_where_a_students_code_runs(graded):
    room, lesson, _ = graded
    for student in ("ada", "eve"):
        there = {path.name for path in room.folder("autograded", lesson, student).rglob("*") if path.is_file()}
        assert there == {"start.ipynb"}


def edit_lesson(course, before, after):
    text = course / "solutions" / LESSON / "start.py"
    source = text.read_text(encoding="utf-8")
    assert before in source
    text.write_text(source.replace(before, after, 1), encoding="utf-8")
    return source


def test_a_mark_from_before_the_points_changed_is_stale_and_made_again(graded, course, monkeypatch, capsys):
    """Marks that a person gave, and comments, stay."""
    room, lesson, _ = graded
    with Gradebook(room.directory.db_url, room.directory.course_id) as book:
        book.find_grade("first-check", "start", lesson.id, "ben b").extra_credit = 0.25
        book.db.commit()
    grade_here(room, lesson, monkeypatch, students=["ada", "ben b"])
    monkeypatch.setattr(registry.find("first-check"), "points", 2)
    room.prepare(lesson)
    stale = {one.student: one for one in standings(room, lesson)}["ada"]
    assert not stale.settled and stale.looks_stale == "the points have changed"
    lines = export_marks(room, [lesson], "csv", course / "stale.csv")
    assert any("ada" in line and "before something changed (the points have changed)" in line for line in lines)
    assert ",stale," in (course / "stale.csv").read_text()
    capsys.readouterr()
    asked, results = grade_here(room, lesson, monkeypatch, students=["ada", "ben b"])
    said = capsys.readouterr().out
    assert asked == ["ada", "ben b"] and "2 of 2 are graded again, because the points have changed" in said
    assert "graded and unchanged" not in said
    assert (results["ada"].score, results["ada"].max_score) == (2, 2) and results["ben b"].score == 0.25
    monkeypatch.undo()
    asked, results = grade_here(room, lesson, monkeypatch, students=["ada", "ben b"])
    assert asked == ["ada", "ben b"] and results["ada"].score == 1
    with Gradebook(room.directory.db_url, room.directory.course_id) as book:
        book.find_grade("first-check", "start", lesson.id, "ben b").extra_credit = None
        book.db.commit()


def test_a_changed_check_or_cell_makes_a_mark_stale_and_prose_does_not(graded, course, monkeypatch):
    room, lesson, _ = graded
    grade_here(room, lesson, monkeypatch, students=["ada"])
    ada = lambda: {one.student: one for one in standings(room, lesson)}["ada"]  # noqa: E731
    assert ada().settled
    monkeypatch.setattr(made_of, "_sources", lambda lesson: [b"another judge"])
    assert ada().looks_stale == "the checks have changed"
    monkeypatch.undo()
    source = edit_lesson(course, "# %% [markdown]\n", "# %% [markdown]\n# One more sentence.\n#\n")
    room.prepare(lesson)
    assert ada().settled
    (course / "solutions" / LESSON / "start.py").write_text(source + "\n# %%\nmore = 1\n", encoding="utf-8")
    room.prepare(lesson)
    assert ada().looks_stale == "the lesson has changed"
    (course / "solutions" / LESSON / "start.py").write_text(source, encoding="utf-8")
    room.prepare(lesson)
    assert ada().settled


def awkward(folder, kind):
    """Hand-ins whose names or rights stop programs."""
    name = {"not_utf8": b"J\xfcrgen", "long": b"x" * 250, "escape": b"\x1b[2Jmal\nada  1 of 1", "formula": b"=1+1"}
    place = Path(os.fsdecode(os.path.join(os.fsencode(folder), name.get(kind, kind.encode())))) / LESSON
    shutil.copytree(folder / "ada" / LESSON, place)
    if kind == "deep":
        here = os.getcwd()
        os.chdir(place)
        for _ in range(40):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
        os.chdir(here)
    if kind == "file":
        Path(os.fsdecode(os.path.join(os.fsencode(place), b"\xe4\x1b[31m.png"))).symlink_to("nowhere")
    return place.parent


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_no_name_stops_a_run_or_forges_a_line(root, tmp_path, monkeypatch, capsys):
    course = classes.make_course(root, tmp_path)
    classes.hand_in(course, "ada", RIGHT)
    made = [awkward(course / "submitted", k) for k in ("not_utf8", "long", "escape", "formula", "deep", "file")]
    room, lesson = Classroom(course, classes.settings()), find_lesson(course, LESSON)
    try:
        _, results = grade_here(room, lesson, monkeypatch)
        said = capsys.readouterr().out
        assert len(results) == 7 and results["ada"].score == 1
        assert all(one.score == 1 or one.reason for one in results.values())
        assert "\x1b" not in said and sum(line.startswith("ada ") for line in said.splitlines()) == 1
        said.encode("utf-8")
        rows = list(csv.DictReader((course / "grades.csv").open(encoding="utf-8")))
        assert len(rows) == 7 and not any(row["student"].startswith("=") for row in rows)
        assert write_report(room, lesson, course / "report.html").stat().st_size > 5000
    finally:
        for folder in made:
            subprocess.run(["rm", "-rf", os.fsencode(folder)], check=True)


def test_a_mark_that_the_gradebook_lost_is_made_again(graded, monkeypatch):
    room, lesson, _ = graded
    with Gradebook(room.directory.db_url, room.directory.course_id) as book:
        book.remove_submission(lesson.id, "fay")
    asked, results = grade_here(room, lesson, monkeypatch, students=["ada", "fay"])
    assert asked == ["fay"] and results["fay"].score == 0


def test_a_failed_regrade_leaves_no_older_mark(graded, course, monkeypatch):
    room, lesson, _ = graded
    classes.hand_in(course, "zoe", RIGHT)
    _, results = grade_here(room, lesson, monkeypatch, students=["zoe"])
    assert results["zoe"].score == 1
    (course / "submitted" / "zoe" / LESSON / "start.ipynb").write_text("{oops")
    _, results = grade_here(room, lesson, monkeypatch, students=["zoe"])
    assert results["zoe"].score is None and "damaged" in results["zoe"].reason
    score, open_ = room.book.marks(lesson)["zoe"]
    assert (score, open_) == (0, True), "the gradebook shows it as not graded"
    rows = {row["student"]: row for row in csv.DictReader((course / "grades.csv").open(encoding="utf-8"))}
    assert rows["zoe"]["score"] == "" and rows["zoe"]["status"] == "not graded"
    assert not (room.folder("autograded", lesson, "zoe") / "start.ipynb").exists()
    shutil.rmtree(course / "submitted" / "zoe")


def test_marks_given_by_hand_survive_a_regrade(graded, monkeypatch):
    room, lesson, _ = graded
    with Gradebook(room.directory.db_url, room.directory.course_id) as book:
        grade = book.find_grade("first-check", "start", lesson.id, "fay")
        grade.manual_score, grade.needs_manual_grade = 0.75, False
        book.db.commit()
    _, results = grade_here(room, lesson, monkeypatch, students=["fay"], regrade=True)
    assert results["fay"].score == 0.75 and results["fay"].status == "graded", (
        "the same answer needs no second reading"
    )


def test_plain_nbgrader_gives_honest_submissions_the_same_marks(graded, course, tmp_path_factory, root):
    """`nbgrader autograde` by hand, in a copy of the course, with the same secret."""
    copy = classes.make_course(root, tmp_path_factory.mktemp("plain"))
    build.write(build.build(Lesson(LESSON, copy)))
    for student, (answer, _) in CLASS.items():
        if student != "c[1]":  # which plain nbgrader passes over
            classes.hand_in(copy, student, answer)
    (copy / ".vgcourse").mkdir()
    shutil.copy(course / ".vgcourse" / "secret", copy / ".vgcourse")
    nbgrader = str(Path(sys.executable).with_name("nbgrader"))
    for step in (["generate_assignment", LESSON, "--force"], ["autograde", LESSON]):
        done = subprocess.run([nbgrader, *step], cwd=copy, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    with Gradebook(f"sqlite:///{copy / 'gradebook.db'}", "vgcourse") as book:
        plain = {one.student_id: one.score for one in book.assignment_submissions(LESSON)}
    assert plain == {student: score for student, (_, score) in CLASS.items() if student != "c[1]"}


def test_a_download_of_canvas_is_sorted_and_graded(graded, course, monkeypatch, tmp_path, capsys):
    room, lesson, _ = graded
    answer = (course / "submitted" / "ada" / LESSON / "start.ipynb").read_text()
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as file:
        file.writestr("lovelaceada_LATE_4711_81234_start-2.ipynb", answer)
        file.writestr("../../escape_1_2_start.ipynb", answer)
    _, results = grade_here(room, lesson, monkeypatch, download=tmp_path / "class.zip", students=["lovelaceada_4711"])
    (result,) = results.values()
    assert result.score == 1 and not result.lateness.known and "handed_in" in table([result])
    assert "leads out of the folder" in capsys.readouterr().out
    shutil.rmtree(course / "submitted" / "lovelaceada_4711")


def test_two_runs_do_not_grade_the_same_course(graded, tmp_path):
    room, lesson, _ = graded
    with only_one(room.keep), pytest.raises(CourseError, match="being graded already"):
        grade_class(room, lesson, csv=tmp_path / "x.csv")


def test_a_lost_observation_is_asked_for_once_more_and_then_not_graded(graded, course, monkeypatch):
    from vgcourse.grading.notebook import execute

    room, lesson, _ = graded
    lose, keep = [2], execute.observations

    def lossy(cell):
        lose[0] -= 1
        return [] if lose[0] >= 0 else keep(cell)

    monkeypatch.setattr(execute, "observations", lossy)
    lose[0] = 1
    assert grade_submission(room, lesson, "ada").score == 1, "the second kernel answered"
    lose[0] = 2
    result = grade_submission(room, lesson, "ada")
    assert result.score is None and "did not arrive" in result.reason
    lose[0] = 0
    assert grade_submission(room, lesson, "ada").score == 1


def test_a_gradebook_held_by_another_program_is_waited_for(graded):
    import sqlite3
    import threading

    room, lesson, _ = graded
    other = sqlite3.connect(room.root / "gradebook.db", check_same_thread=False, isolation_level=None)
    other.execute("begin exclusive")
    timer = threading.Timer(2.0, lambda: other.execute("rollback"))
    timer.start()
    result = grade_submission(room, lesson, "ada")
    timer.join()
    other.close()
    assert result.score == 1 and not result.reason


def test_an_instructors_own_asserts_work_and_are_said_to_be_judged_in_the_kernel(root, tmp_path):
    """Warnings on stderr cost nothing there either, and NaN is no credit."""
    course = classes.make_course(root, tmp_path)
    text = course / "solutions" / LESSON / "start.py"
    mark = 'nbgrader={"grade": true, "grade_id": "%s", "locked": true, "points": 2, "schema_version": 3, '
    mark += '"solution": false}'
    own = {
        "mine": "import warnings\nwarnings.warn('careful')\nassert rms([3.0, 3.0]) == 3",
        "nan": "float('nan')",
        "half": "1.0",
    }
    text.write_text(text.read_text() + "".join(f"\n# %% {mark % id}\n{code}\n" for id, code in own.items()))
    main_in(course, ["build", LESSON])
    classes.hand_in(course, "ada", RIGHT)
    room, lesson = Classroom(course, classes.settings()), find_lesson(course, LESSON)
    room.prepare(lesson)
    result = grade_submission(room, lesson, "ada")
    assert result.score == 1 + 2 + 0 + 1 and result.max_score == 7
    assert sum("judged in the kernel" in note for note in result.notes) == 3


def main_in(course, arguments):
    here = os.getcwd()
    os.chdir(course)
    try:
        return main(arguments)
    finally:
        os.chdir(here)


def test_a_verdict_of_a_students_own_making_is_a_sign(graded, course):
    room, lesson, _ = graded
    classes.hand_in(course, "mal", WRONG + "\nprint('✓ Right · 1 of 1 point · wonderful')\n")
    result = grade_submission(room, lesson, "mal")
    assert result.score == 0 and "of its own making" in " ".join(result.signs)
    shutil.rmtree(course / "submitted" / "mal")
    assert not grade_submission(room, lesson, "ada").signs


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["grade", LESSON, "--student", "nobody"], "No submission of 00_start from nobody"),
        (["grade", "--all", "--from", "x.zip"], "name it"),
        (["grade", LESSON, "--from", "missing.zip"], "no such file"),
        (["grade", LESSON, "--regrade", "--student", "ada", "--scheduler", "tcp://127.0.0.1:9"], "No dask scheduler"),
    ],
)
def test_a_command_that_cannot_be_done_gets_one_sentence(graded, course, capsys, arguments, sentence, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", "1s")
    assert main_in(course, [*arguments, "--csv", str(course / "x.csv")]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("vgcourse:")]
    assert len(said) == 1 and sentence in said[0]


def test_without_dask_the_scheduler_option_says_what_to_install(graded, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match=r"vgcourse\[cluster\]"):
        cluster.Cluster(graded[0], "tcp://127.0.0.1:9")


def test_a_machine_of_a_cluster_grades_by_the_same_call(graded, course):
    room, lesson, _ = graded
    found = [
        cluster.grade_there(str(course), dict(room.own_config), lesson, student)[1] for student in ("ada", "ben b")
    ]
    assert [result.score for result in found] == [1, 0]


def test_ctrl_c_does_not_reach_workers_that_are_starting(graded, monkeypatch, capfd):
    room, lesson, _ = graded
    real = pool.Pool._lend

    def interrupted(self, parent, workers):
        for worker in workers:
            os.kill(worker.process.pid, signal.SIGINT)
        real(self, parent, workers)

    monkeypatch.setattr(pool.Pool, "_lend", interrupted)
    with pool.Pool(room, 1) as workers:
        (result,) = workers.grade(lesson, ["ada"])
    assert result.score == 1 and "KeyboardInterrupt" not in capfd.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers are not forked")
def test_ctrl_c_does_not_reach_what_workers_are_forked_from():
    code = """
import multiprocessing, os, signal, time
from multiprocessing.forkserver import _forkserver
from vgcourse.grading.class_run import begin_imports
begin_imports()
begun = _forkserver._forkserver_pid
for _ in range(3):
    os.kill(begun, signal.SIGINT)
    time.sleep(0.1)  # into its imports
process = multiprocessing.get_context("forkserver").Process(target=print, args=("forked",))
process.start()
process.join()
print(_forkserver._forkserver_pid == begun)  # one that had ended would have been replaced without a word
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "forked\nTrue\n") and "Traceback" not in done.stderr


def test_what_lies_in_the_courses_folder_is_not_imported_by_a_grader(root, tmp_path):
    """A clone of another version than the one that runs; a module of the instructor's named as one of Python's."""
    course = classes.make_course(root, tmp_path)
    classes.hand_in(course, "ada", RIGHT)
    for name in ("vgcourse/__init__.py", "numpy.py", "queue.py", "nbformat.py"):
        (course / name).parent.mkdir(exist_ok=True)
        (course / name).write_text("raise SystemExit('not the installed one')")
    command = Path(sys.executable).with_name("vgcourse")
    done = subprocess.run([command, "grade", LESSON, "--jobs", "1"], cwd=course, capture_output=True, text=True)
    assert "1 of 1  graded" in done.stdout, done.stdout + done.stderr


def test_a_module_that_was_sent_along_is_imported_without_isolation_too(root, tmp_path):
    course = classes.make_course(root, tmp_path)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write("c.JudgedExecute.isolated = False\n")
    folder = classes.hand_in(course, "ada", "from mine import rms\n")
    (folder / "mine.py").write_text(RIGHT)
    command = Path(sys.executable).with_name("vgcourse")
    done = subprocess.run([command, "grade", LESSON, "--jobs", "1"], cwd=course, capture_output=True, text=True)
    assert "1 of 1  graded" in done.stdout, done.stdout + done.stderr


def test_required_isolation_that_is_off_is_refused(course):
    config = classes.settings(isolated=False)
    room = Classroom(course, config)
    assert "NOT ISOLATED" in pool.notice(room)
    config.GradingProvisioner.isolation = "required"
    with pytest.raises(CourseError, match="required"):
        pool.notice(Classroom(course, config))


def test_the_ledger_tells_the_whole_story(graded, course):
    lines = (course / ".vgcourse" / f"{LESSON}.jsonl").read_text().splitlines()
    assert {json.loads(line)["student"] for line in lines} >= set(Ledger(course / ".vgcourse").results(LESSON))
    assert registry.find("first-check").points == 1
