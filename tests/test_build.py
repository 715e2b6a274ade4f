import re
import shutil
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

from vgcourse.cli import main
from vgcourse.course.authoring import build
from vgcourse.course.authoring.tags import expand
from vgcourse.course.lesson import Lesson, find_lesson, find_root, lessons
from vgcourse.errors import CourseError


def test_the_same_text_gives_the_same_bytes(root):
    for lesson in lessons(root):
        assert build.build(lesson) == build.build(lesson)


def test_the_committed_lessons_are_what_the_text_builds(root):
    for lesson in lessons(root):
        assert build.as_bytes(nbformat.read(lesson.student, as_version=4)) == lesson.student.read_bytes()
        assert build.build(lesson)[lesson.student] == lesson.student.read_bytes(), f"run `make lessons` ({lesson.id})"


def test_no_student_notebook_holds_a_line_of_a_solution_or_hidden_test(built):
    for lesson, (solved, student) in built.items():
        given = {line.strip() for cell in student.cells for line in cell.source.splitlines()}
        secret = build.removed_lines(solved)
        assert secret, f"{lesson} has nothing to hide"
        outside = {line.strip() for line in _without_secrets(solved)}
        leaked = [line for line in secret if line in given and line not in outside]
        assert not leaked, f"{lesson} gives away: {leaked}"


def test_whoever_learns_alone_finds_a_model_answer_to_every_written_exercise_and_how_it_is_marked(root, built):
    for lesson in lessons(root):
        solved, student = built[lesson.id]
        written = [cell for cell in student.cells if cell.cell_type == "markdown"]
        by_hand = [cell for cell in written if cell.metadata.get("nbgrader", {}).get("grade")]
        page = build.build(lesson).get(lesson.student.with_name("written_answers.md"), b"").decode()
        assert page.count("\n## Exercise") == page.count("**Rubric.**") == len(by_hand)
        assert "SOLUTION" not in page and page == (
            lesson.student.with_name("written_answers.md").read_text(encoding="utf-8") if by_hand else ""
        )
        for cell in solved.cells:
            if by_hand and cell["id"] in {c["id"] for c in by_hand}:
                assert cell.source.split("\n")[1] in page


def test_lessons_of_an_instructors_own_have_no_page_of_model_answers(root, tmp_path):
    text = tmp_path / "solutions" / "10_circles" / "circles.py"
    text.parent.mkdir(parents=True)
    shutil.copy(root / "solutions" / "01_circles" / "circles.py", text)
    assert [path.name for path in build.build(Lesson("10_circles", tmp_path))] == 2 * ["circles.ipynb"]


def _without_secrets(solved):
    """The lines that stand in the open as well, such as a closing bracket or an import."""
    for cell in solved.cells:
        open_part = re.sub(
            r"BEGIN (?:SOLUTION|HIDDEN TESTS).*?END (?:SOLUTION|HIDDEN TESTS)", "", cell.source, flags=re.S
        )
        yield from open_part.splitlines()


def test_no_student_notebook_has_outputs_or_markers(built):
    for _, student in built.values():
        text = nbformat.writes(student)
        assert not any(mark in text for mark in ("BEGIN SOLUTION", "HIDDEN TESTS", "MARK SCHEME"))
        assert all(
            not cell.outputs and cell.execution_count is None for cell in student.cells if cell.cell_type == "code"
        )


def test_every_exercise_of_the_registry_is_checked_in_its_lesson(built):
    from vgcourse.course.checks.registry import exercises

    for lesson, (_, student) in built.items():
        marked = [cell.metadata["nbgrader"] for cell in student.cells if "nbgrader" in cell.metadata]
        points = {mark["grade_id"]: mark["points"] for mark in marked if mark["grade"] and not mark["solution"]}
        assert points == {e.id: e.points for e in exercises(lesson)}
        assert {f"{id}-answer" for id in points} <= {mark["grade_id"] for mark in marked}


def test_a_check_that_falls_short_does_not_stop_run_all(built):
    for _, student in built.values():
        for cell in student.cells:
            mark = cell.metadata.get("nbgrader", {})
            if mark.get("grade") and not mark["solution"]:
                assert "raises-exception" in cell.metadata["tags"]


def test_notebook_ids_are_unique_and_valid(built):
    for pair in built.values():
        for nb in pair:
            ids = [cell["id"] for cell in nb.cells]
            assert len(ids) == len(set(ids))
            nbformat.validate(nb)


def test_the_text_survives_a_save_from_jupyterlab(root, tmp_path):
    for lesson in lessons(root):
        nb = jupytext.read(lesson.text, fmt="py:percent")
        config = jupytext.config.load_jupytext_configuration_file(str(root / "pyproject.toml"))
        assert jupytext.writes(nb, fmt="py:percent", config=config) == lesson.text.read_text(encoding="utf-8")


TEXT = '''# %% [markdown]
"""
# A lesson
"""

# %% answer="first-check"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% [markdown] solution_only=true
"""
Analysis: twice the number.
"""

# %% check="first-check"
check("first-check", double)
### BEGIN HIDDEN TESTS
check("first-check", double, hidden=True)
### END HIDDEN TESTS
'''


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one lesson that a test may spoil."""
    (tmp_path / "solutions" / "00_start").mkdir(parents=True)
    (tmp_path / "lessons").mkdir()
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    (tmp_path / "solutions" / "00_start" / "start.py").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_edit_of_the_text_reaches_the_students_notebook(course, capsys):
    assert main(["build"]) == 0
    assert main(["build", "--check"]) == 0
    text = course / "solutions" / "00_start" / "start.py"
    text.write_text(TEXT.replace("# A lesson", "# Another lesson"))
    assert main(["build", "--check"]) == 1
    assert "lessons/00_start/start.ipynb is out of date" in capsys.readouterr().out.replace("\\", "/")
    assert main(["build", "00_start"]) == 0
    assert "Another lesson" in (course / "lessons" / "00_start" / "start.ipynb").read_text()


def test_the_stub_takes_the_solutions_place_and_an_analysis_is_left_out(course):
    solved = build.solved_notebook(find_lesson(course, "start"))
    student = build.student_notebook(solved, find_lesson(course, "start"))
    assert "return 2 * x" in solved.cells[1].source
    assert student.cells[1].source == f"def double(x):\n    {build.STUB}"
    assert "hidden" not in student.cells[2].source
    assert "Analysis" in solved.cells[2].source and len(student.cells) == len(solved.cells) - 1


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ({"check": "no-such-exercise"}, "No exercise is called"),
        ({"check": "first-check", "answer": "first-check"}, "not several"),
        ({"written": "why"}, "says its points"),
        ({"incorrectly_encoded_metadata": "check=first-check"}, "cannot be read: check=first-check"),
    ],
)
def test_a_wrong_tag_is_named_with_its_cell(metadata, sentence):
    with pytest.raises(CourseError, match=sentence) as caught:
        expand(metadata, "start.py, cell 3")
    assert "start.py, cell 3" in str(caught.value)


def test_two_cells_with_one_id_are_refused(course):
    text = course / "solutions" / "00_start" / "start.py"
    text.write_text(TEXT + TEXT)
    with pytest.raises(CourseError, match="ids are unique"):
        build.solved_notebook(find_lesson(course, "start"))


def test_a_header_that_cannot_be_read_is_never_an_ungraded_cell(course, capsys):
    text = course / "solutions" / "00_start" / "start.py"
    text.write_text(TEXT.replace('check="first-check"\ncheck', "check=first-check\ncheck"))
    assert main(["build"]) == 2
    assert "start.py, cell 4" in capsys.readouterr().err


def test_a_text_that_is_not_utf_8_gets_one_sentence(course, capsys):
    (course / "solutions" / "00_start" / "start.py").write_bytes(TEXT.encode() + "# é".encode("latin-1"))
    assert main(["build"]) == 2
    said = capsys.readouterr().err
    assert "start.py cannot be read" in said and said.count("\n") == 1


def test_a_dot_is_the_lesson_one_stands_in(course, monkeypatch):
    (course / "lessons" / "00_start").mkdir()
    monkeypatch.chdir(course / "lessons" / "00_start")
    assert find_lesson(course, ".") == Lesson("00_start", course)


def test_a_lesson_without_exercises_has_no_scoreboard(course, capsys):
    (course / "solutions" / "07_mine").mkdir()
    (course / "solutions" / "07_mine" / "mine.py").write_text("# %%\n1\n")
    assert main(["build", "mine"]) == 0
    assert main(["check", "mine"]) == 2
    assert "07_mine has no exercises" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["start", "00", "00_start", "lessons/00_start", "lessons/00_start/start.ipynb"])
def test_a_lesson_is_found_by_any_of_its_names(course, name):
    assert find_lesson(course, name) == Lesson("00_start", course)


def test_an_unknown_lesson_and_a_missing_course_get_one_sentence(course, tmp_path_factory, capsys, monkeypatch):
    assert main(["build", "stat"]) == 2
    assert "Did you mean start?" in capsys.readouterr().err
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert main(["build"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(CourseError):
        find_root()


def test_plain_nbgrader_releases_the_same_notebook_and_no_text(root, tmp_path):
    """`nbgrader generate_assignment` by hand: same bytes, and solutions/*.py never copied beside it."""
    lesson = lessons(root)[0]
    build.write({lesson.solved: build.as_bytes(build.solved_notebook(lesson))})
    command = ["nbgrader", "generate_assignment", lesson.id, "--no-db", "--force"]
    command += [f"--CourseDirectory.release_directory={tmp_path}"]
    subprocess.run(
        [str(Path(sys.executable).with_name("nbgrader")), *command[1:]], cwd=root, check=True, capture_output=True
    )
    released = sorted(path.name for path in (tmp_path / lesson.id).iterdir())
    assert released == [lesson.student.name]
    by_hand = nbformat.read(tmp_path / lesson.id / lesson.student.name, as_version=4)
    assert build.as_bytes(by_hand) == build.build(lesson)[lesson.student]


def test_without_the_package_a_lesson_says_what_to_do(built, monkeypatch):
    monkeypatch.setitem(sys.modules, "vgcourse", None)  # what an import meets where the package is missing
    for lesson, (_, student) in built.items():
        first = next(cell.source for cell in student.cells if cell.cell_type == "code")
        with pytest.raises(SystemExit) as stop:
            exec(first, {})
        assert "make lab" in str(stop.value) and "\n" not in str(stop.value), lesson


def test_cells_that_set_up_ask_or_answer_are_folded_and_no_exercise_is(root):
    """A `reveal` in sight gives its answer away; where nothing asks or sets up, only the text decides."""
    from vgcourse.course.authoring.folding import asks, sets_up

    guarded = (
        "try:\n    import vgcourse as vg\nexcept ModuleNotFoundError:\n    raise SystemExit('make lab') from None\n"
    )
    assert sets_up(f"{guarded}import os\n\nos.environ.setdefault('A', '2')\nimport numpy as np")
    assert not sets_up(f"{guarded}print('ready')") and not sets_up(f"{guarded}X, y = vg.circles()")
    assert not sets_up("import numpy as np") and not sets_up("%matplotlib inline\nimport vgcourse")
    assert asks('words = {1: "one"}\nreveal("x", words[1])') and asks("guess = predict('x', [1, 2])")
    assert not asks("def show():\n    reveal('x', 1)") and not asks("%matplotlib inline\nreveal(1)")
    folded = asking = 0
    for lesson in lessons(root):
        code = [cell for cell in nbformat.read(lesson.student, as_version=4).cells if cell.cell_type == "code"]
        for cell in code:
            hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
            folded += hidden
            asking += asks(cell.source)
            assert hidden or "nbgrader" in cell.metadata or not asks(cell.source), (lesson.id, cell.id)
            assert not (hidden and cell.metadata.get("nbgrader", {}).get("solution")), (lesson.id, cell.id)
        opening = code[0].metadata.get("jupyter", {}).get("source_hidden", False)
        assert opening or lesson.id == "00_start", lesson.id  # there the reader is told to click on it
    assert folded > asking > 20
