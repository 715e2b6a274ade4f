"""An instructor's own folder: written once, added to, with a lesson and an exercise that are found by being there."""

import runpy
import subprocess
import sys

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from vgcourse.cli import main
from vgcourse.course.authoring import build
from vgcourse.course.checks import registry
from vgcourse.course.lesson import find_lesson, find_root, lessons
from vgcourse.errors import CourseError
from vgcourse.grading.export import gradescope_run
from vgcourse.grading.notebook.execute import plain_verdicts


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own") / "course"
    assert main(["new-course", str(folder)]) == 0
    return folder


def test_what_is_there_stays(own, capsys):
    text = own / "solutions" / "10_slope" / "slope.py"
    kept = text.read_text(encoding="utf-8")
    text.write_text(kept + "# mine\n", encoding="utf-8")
    (own / "class.toml").unlink()
    assert main(["new-course", str(own)]) == 0
    assert "Wrote 1 file to" in capsys.readouterr().out
    assert text.read_text(encoding="utf-8").endswith("# mine\n")
    text.write_text(kept, encoding="utf-8")


def test_own_exercises_are_found_and_judge(own):
    assert find_root(own / "lessons") == own
    exercise = registry.find("own-slope")
    assert registry.lesson_of("own-slope") == "10_slope" and exercise.points == 2
    for kind, key in (("right", "passed"), ("wrong", "one-sided")):
        (path,) = (own / "tests" / f"{kind}_answers" / "10_slope" / "own-slope").glob("*.py")
        answer = runpy.run_path(str(path), {"np": None})["slope"]
        assert exercise.verdict(exercise.observe_answers((answer,), 3), 3).key == key


@pytest.mark.parametrize("folder", ["lessons/10_slope", "10_slope"])
def test_checks_that_did_not_come_along_are_named(own, tmp_path, monkeypatch, capsys, folder):
    find_root(own)
    built = build.build(find_lesson(own, "10_slope"))
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "slope.ipynb").write_bytes(built[own / "lessons" / "10_slope" / "slope.ipynb"])
    monkeypatch.setattr(registry, "OWN", {})
    monkeypatch.chdir(tmp_path)
    assert main(["check", folder]) == 2
    said = capsys.readouterr().err
    assert "10_slope (own-slope)" in said and "exercises/" in said


def test_a_plain_test_has_a_row_on_the_scoreboard_and_at_gradescope(own):
    mark = {"grade": True, "grade_id": "own", "points": 1, "solution": False, "schema_version": 3}
    cell = new_code_cell("assert double(2) == 4", metadata={"nbgrader": mark})
    (passed,) = plain_verdicts(nb := new_notebook(cells=[cell]))
    assert passed.earned == 1 and "hidden part" in passed.message
    cell.outputs = [new_output("error", ename="AssertionError", evalue="4 it is", traceback=[])]
    (failed,) = plain_verdicts(nb)
    assert failed.earned == 0 and "AssertionError: 4 it is" in failed.message
    nb.metadata["vgcourse"] = {}
    found = gradescope_run._results(find_lesson(own, "10_slope"), Ready(), nb)["tests"]
    assert ("own", 0, 1) in {(test["name"], test["score"], test["max_score"]) for test in found}


class Ready:
    notes = signs = ()


def test_no_two_lessons_share_a_number_and_a_shared_one_is_not_guessed(own):
    numbers = [lesson.id[:2] for lesson in lessons(own)]
    assert len(numbers) == len(set(numbers)) > 10
    twin = own / "solutions" / "07_twin" / "twin.py"
    twin.parent.mkdir()
    twin.write_text("# %%\n", encoding="utf-8")
    try:
        with pytest.raises(CourseError, match="07_time or 07_twin"):
            find_lesson(own, "07")
        assert find_lesson(own, "twin").id == "07_twin" and find_lesson(own, "07_time").id == "07_time"
    finally:
        twin.unlink()
        twin.parent.rmdir()


def test_an_own_lesson_is_built(own):
    find_root(own)
    built = build.build(find_lesson(own, "10_slope"))
    text = built[own / "lessons" / "10_slope" / "slope.ipynb"].decode()
    assert "own-slope" in text and "BEGIN SOLUTION" not in text and "/ (2 * h)" not in text


# A slip in an exercise of one's own: what is changed in its file, and what the build then says in one line.
SLIPS = {
    "a key without a sentence": ('return "half"', 'return "halff"', "gives back 'halff', which its misses lack"),
    "no judge": ("@own_slope.judge\n", "", "has no function that is registered with @….judge"),
    "no Python": ("points=2,", "points=2", "(exercises/slope.py, line "),
    "an error as it is read": (
        "STEP = 1e-3",
        "STEP = 1 / 0",
        "by zero (exercises/slope.py, line ",
    ),
}


@pytest.mark.parametrize("before, after, said", SLIPS.values(), ids=SLIPS)
def test_a_slip_in_an_own_exercise_is_a_line_when_its_lesson_is_built(own, before, after, said):
    file = own / "exercises" / "slope.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    command = [sys.executable, "-m", "vgcourse", "build", "10_slope"]
    done = subprocess.run(command, cwd=own, capture_output=True, text=True, encoding="utf-8", check=False)
    file.write_text(text, encoding="utf-8")
    assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize(
    ("name", "sentence"), [("circles", "the name of the course's own"), ("nowhere", "belongs to no lesson")]
)
def test_a_file_that_belongs_to_no_lesson_is_said(tmp_path, name, sentence):
    (tmp_path / "exercises").mkdir()
    (tmp_path / "solutions").mkdir()
    (tmp_path / "exercises" / f"{name}.py").write_text("")
    with pytest.raises(CourseError, match=sentence):
        registry.register(tmp_path)


def test_exercises_of_a_lesson_that_is_not_there_stop_no_other(tmp_path, monkeypatch):
    """In a student's copy, or in an autograder, which holds one lesson and all exercises of the instructor's."""
    monkeypatch.setattr(registry, "OWN", {})
    place = registry.import_module(registry.PACKAGE).__path__
    monkeypatch.setattr(registry.import_module(registry.PACKAGE), "__path__", [*place])
    (tmp_path / "lessons" / "00_start").mkdir(parents=True)
    (tmp_path / "exercises").mkdir()
    for name in ("slope", "start_more"):
        (tmp_path / "exercises" / f"{name}.py").write_text("")
    registry.register(tmp_path)
    assert registry.OWN == {"00_start": ["start_more"]}
